// One connection to one person: audio, camera and screen in fixed places, and a channel for texts.
//
// The side that opens makes the three places and the first offer; the other takes them over and
// answers. Turning things on and off later only replaces tracks. Whatever is negotiated again may be
// offered by both at once; such a collision is resolved by the pattern of "perfect negotiation"
// (WebRTC 1.0, section 10.7): the polite side drops its own offer.

const places = { mic: 'audio', camera: 'video', screen: 'video' }; // in the order of the description
const restartAfter = 4_000; // ms without a connection until another way is looked for, and looked for again

export class Link {
  #pc;
  #opens;
  #on;
  #tracks;
  #together = new MediaStream(); // names mic and camera as one stream, for lips and voice to agree
  #senders; // place -> RTCRtpSender, once they exist
  #channel;
  #offering = false;
  #received = Promise.resolve(); // messages are handled one after the other
  #restart; // timer
  #restarted = -Infinity; // when, on the clock of performance.now()

  /** Names this connection to both sides; a message of another session is not for it. */
  session;
  /** "connecting", "stuck" (no way found yet), "connected", "interrupted" or "closed". */
  state = 'connecting';

  /**
   * @param {object} options session; opens: whether this side makes the offer (the other one is
   *   polite); iceServers; tracks: { mic, camera, screen }, each a track or null
   * @param {object} on what to call: send(message) to the same link over there, tracks({mic, camera,
   *   screen}) with those from there, open() and text(data) of the channel, state(), servers(),
   *   which resolves with new iceServers
   */
  constructor({ session, opens, iceServers, tracks }, on) {
    this.session = session;
    this.#opens = opens;
    this.#on = on;
    this.#tracks = { ...tracks };
    this.#pc = new RTCPeerConnection({ iceServers });
    this.#pc.addEventListener('negotiationneeded', () => this.#offer());
    this.#pc.addEventListener('icecandidate', ({ candidate }) => this.#send({ candidate }));
    this.#pc.addEventListener('connectionstatechange', () => this.#stateChanged());
    this.#pc.addEventListener('datachannel', ({ channel }) => this.#use(channel));
  }

  /** Begins: the side that opens offers, the other one waits for that. */
  start() {
    if (!this.#opens) return;
    for (const [place, kind] of Object.entries(places)) {
      this.#pc.addTransceiver(this.#tracks[place] ?? kind, { direction: 'sendrecv' });
    }
    this.#occupy();
    this.#use(this.#pc.createDataChannel('room'));
  }

  /** Takes the places over from the description: sends from each, and hands out what arrives. */
  #occupy() {
    const transceivers = this.#pc.getTransceivers();
    const names = Object.keys(places);
    this.#senders = Object.fromEntries(names.map((place, i) => [place, transceivers[i].sender]));
    for (const transceiver of transceivers) transceiver.direction = 'sendrecv';
    for (const place of ['mic', 'camera']) this.#senders[place].setStreams?.(this.#together);
    this.#on.tracks(Object.fromEntries(names.map((place, i) => [place, transceivers[i].receiver.track])));
    return Promise.all(names.map((place) => this.#senders[place].replaceTrack(this.#tracks[place])));
  }

  #use(channel) {
    this.#channel = channel;
    channel.addEventListener('open', () => this.#on.open());
    channel.addEventListener('message', ({ data }) => this.#on.text(data));
    // Over there the connection was closed or the page has gone: no need to wait for a timeout.
    channel.addEventListener('close', () => this.close());
  }

  async #offer() {
    try {
      this.#offering = true;
      await this.#pc.setLocalDescription();
      this.#send({ description: this.#pc.localDescription, first: this.#opens && !this.#pc.remoteDescription });
    } catch (error) {
      this.#failed('offer', error);
    } finally {
      this.#offering = false;
    }
  }

  /** Takes a message of the link over there: { description }, { candidate } or { restart }. */
  receive(message) {
    this.#received = this.#received
      .then(() => this.#handle(message))
      .catch((error) => {
        this.#failed('message', error);
        if (message.description) this.#giveUp();
      });
  }

  /** The two sides do not understand each other: the side that opens is to open another link. */
  #giveUp() {
    if (this.#opens) this.close();
    else this.#send({ lost: true });
  }

  #handle({ description, candidate, restart }) {
    if (restart) return this.#opens && this.restart();
    return description ? this.#describe(description) : this.#addCandidate(candidate);
  }

  async #describe(description) {
    const pc = this.#pc;
    const collision = description.type === 'offer' && (this.#offering || pc.signalingState !== 'stable');
    if (collision && this.#opens) return; // theirs is withdrawn, by them, for this side's
    if (this.state === 'closed') return;
    // An answer to an offer that was withdrawn in the meantime.
    if (description.type === 'answer' && pc.signalingState !== 'have-local-offer') return;
    await pc.setRemoteDescription(description);
    if (description.type !== 'offer') return;
    if (!this.#senders) await this.#occupy();
    await pc.setLocalDescription();
    this.#send({ description: pc.localDescription });
  }

  async #addCandidate(candidate) {
    if (this.state === 'closed') return;
    const fragment = candidate?.usernameFragment;
    // One of an offer that was withdrawn, and which comes late or was not taken up here, fits nothing.
    if (fragment && !this.#pc.remoteDescription?.sdp.includes(`a=ice-ufrag:${fragment}\r\n`)) return;
    await this.#pc.addIceCandidate(candidate ?? undefined);
  }

  #send(message) {
    if (this.state !== 'closed') this.#on.send(message);
  }

  #failed(what, error) {
    if (this.state !== 'closed') console.warn(`connection, ${what}: ${error}`);
  }

  #stateChanged() {
    const { connectionState } = this.#pc;
    clearInterval(this.#restart);
    if (this.state === 'closed') return;
    if (connectionState === 'closed') {
      this.close();
      return;
    }
    if (connectionState === 'failed') this.restart();
    // Again and again, since the browser reports no further failure of what has failed, and a restart
    // that is asked for while another one is under way comes to nothing.
    if (['failed', 'disconnected'].includes(connectionState)) {
      this.#restart = setInterval(() => this.restart(), restartAfter);
    }
    if (connectionState === 'connected') this.#enter('connected');
    else if (this.state === 'connected') this.#enter('interrupted');
    else if (this.state === 'connecting' && connectionState === 'failed') this.#enter('stuck');
  }

  #enter(state) {
    if (this.state === state) return;
    this.state = state;
    this.#on.state();
  }

  /**
   * Looks for another way to the same place (ICE restart). Only the side that opens does, the other
   * asks it to: of two restarts at once one is withdrawn, and then Chromium may go on sending to
   * where Firefox has stopped to listen; and a restart by the other side makes Firefox change its
   * role in DTLS, which Chromium refuses.
   */
  async restart() {
    await this.#renewServers();
    if (!this.#opens) {
      this.#send({ restart: true });
      return;
    }
    const underWay = this.#pc.signalingState !== 'stable' || performance.now() - this.#restarted < restartAfter;
    if (this.state === 'closed' || underWay) return;
    this.#restarted = performance.now();
    this.#pc.restartIce();
  }

  async #renewServers() {
    const iceServers = await this.#on.servers();
    if (this.state === 'closed') return;
    try {
      this.#pc.setConfiguration({ ...this.#pc.getConfiguration(), iceServers });
    } catch (error) {
      this.#failed('servers', error); // the old ones may still do
    }
  }

  /** Messages between the two sides may have been lost: sends again what the other side waits for. */
  resume() {
    if (this.#pc.signalingState === 'have-local-offer') {
      this.#send({ description: this.#pc.localDescription, first: this.#opens && !this.#pc.remoteDescription });
    } else if (this.#pc.connectionState !== 'connected') {
      this.restart();
    }
  }

  /** Sends another track from a place, or none; without a new negotiation. */
  async replace(place, track) {
    this.#tracks[place] = track;
    try {
      await this.#senders?.[place].replaceTrack(track);
    } catch (error) {
      this.#failed(place, error);
    }
  }

  /** Bounds what a place sends, in bits per second. */
  limit(place, maxBitrate) {
    // Chromium refuses parameters when a description was taken up since they were read.
    this.#received = this.#received
      .then(() => this.#limit(place, maxBitrate))
      .catch((error) => this.#failed('bitrate', error));
  }

  async #limit(place, maxBitrate) {
    if (this.state === 'closed') return;
    const sender = this.#senders?.[place];
    const parameters = sender?.getParameters();
    if (!parameters?.encodings?.length) return; // before the first negotiation there are none
    for (const encoding of parameters.encodings) encoding.maxBitrate = maxBitrate;
    await sender.setParameters(parameters);
  }

  /** Sends a text; reports whether it could be. */
  text(data) {
    if (this.#channel?.readyState !== 'open') return false;
    this.#channel.send(data);
    return true;
  }

  stats() {
    return this.#pc.getStats();
  }

  close() {
    if (this.state === 'closed') return;
    clearInterval(this.#restart);
    this.state = 'closed';
    this.#pc.close();
    this.#on.state();
  }
}
