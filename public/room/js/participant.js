// Another person in the room, under a key of their own: their id at the server changes when their
// connection to it is lost; the key does not, and with it their tile and their Link stay.
import { randomText } from './address.js';
import { iceServers, refreshIceServers } from './ice.js';
import { Link } from './link.js';

const reopenAfter = 2_000; // ms

export class Participant {
  #opens;
  #on;

  key;
  name;
  /** Their id at the server; undefined while they are not there. */
  id;
  /** The { id, name } that shows this key while another id has it; it takes over when that one leaves. */
  heir;
  /** When they were last known to be there, on the clock of performance.now(). */
  seen = performance.now();
  /** What they have turned on, as they say. */
  media = { mic: false, camera: false, screen: false };
  /** The tracks from them, { mic, camera, screen }, once there is a link. */
  tracks;
  link;

  /**
   * @param {object} options key, name; opens: whether links are opened on this side
   * @param {object} on what to call: send(participant, message), localTracks(),
   *   linked(participant) with new tracks, ready(participant) when texts can be sent,
   *   text(participant, data), state(participant)
   */
  constructor({ key, name, opens }, on) {
    this.key = key;
    this.name = name;
    this.#opens = opens;
    this.#on = on;
  }

  /** The state of the link: see Link. */
  get state() {
    return this.link?.state ?? 'connecting';
  }

  /** They are at the server under this id: the side that opens sees to it that there is a link. */
  appeared(id) {
    this.id = id;
    this.seen = performance.now();
    if (!this.#opens) return;
    if (!this.link || this.link.state === 'closed') {
      this.#connect(randomText(12));
      return;
    }
    this.#send({ resume: true });
    this.link.resume();
  }

  /** Takes a message about a link: its session, and resume, lost, or what Link negotiates. */
  receive(data) {
    const { session, first, resume, lost } = data;
    if (session !== this.link?.session || this.link.state === 'closed') {
      if (this.#opens) return; // of a link that was given up here
      if (!first) {
        // They hold on to a link that is gone here: they have to open another.
        if (resume) this.#on.send(this, { session, lost: true });
        return;
      }
      this.#connect(session);
    }
    if (lost && this.#opens) this.#connect(randomText(12));
    else if (resume) this.link.resume();
    else this.link.receive(data);
  }

  #connect(session) {
    this.link?.close();
    this.link = new Link(
      { session, opens: this.#opens, iceServers: iceServers(), tracks: this.#on.localTracks() },
      {
        send: (message) => this.#on.send(this, { session, ...message }),
        tracks: (tracks) => {
          this.tracks = tracks;
          this.#on.linked(this);
        },
        open: () => this.#on.ready(this),
        text: (text) => this.#on.text(this, text),
        state: () => this.#stateOf(session),
        servers: refreshIceServers,
      },
    );
    this.link.start();
  }

  #stateOf(session) {
    if (session !== this.link?.session) return; // replaced by now
    this.#on.state(this);
    if (this.link.state !== 'closed' || !this.#opens) return;
    // Mostly they have gone, which the server is about to tell. If not, only the link broke.
    setTimeout(() => {
      if (this.id && session === this.link.session) this.#connect(randomText(12));
    }, reopenAfter);
  }

  /** They have gone, or this side has. */
  close() {
    this.id = undefined;
    this.link?.close();
  }

  #send(message) {
    this.#on.send(this, { session: this.link.session, ...message });
  }
}
