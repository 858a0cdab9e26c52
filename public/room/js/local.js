// What this side shows the others: microphone, camera and screen, each a track or nothing.
import { load, save } from './store.js';

const kinds = { mic: 'audio', camera: 'video' };
const voice = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** Why a device cannot be had: code is a key of the texts "problem.…". */
export class DeviceError extends Error {
  constructor(code, options) {
    super(code, options);
    this.code = code;
  }
}

/** Whether this page can ask for camera and microphone: not on plain http from another machine. */
export function devicesAllowed() {
  return Boolean(navigator.mediaDevices?.getUserMedia);
}

export class LocalMedia {
  #on;
  #picture = { width: 1280, height: 720, frameRate: 30 };

  /** { mic, camera, screen }: a track or null. A muted microphone keeps its track. */
  tracks = { mic: null, camera: null, screen: null };

  /**
   * @param {object} on what to call: track(place, track) when another track is to be sent, or none;
   *   changed() when something was turned on or off; lost(place) when a device has gone
   */
  constructor(on) {
    this.#on = on;
  }

  /** { mic, camera, screen }: what the others can hear and see. */
  get on() {
    const { mic, camera, screen } = this.tracks;
    return { mic: Boolean(mic?.enabled), camera: Boolean(camera), screen: Boolean(screen) };
  }

  /** Turns microphone and camera on with one question; rejects with a DeviceError if neither can be. */
  async start() {
    try {
      await this.#open(['mic', 'camera']);
    } catch (error) {
      if (error.code !== 'missing' && error.code !== 'busy') throw error;
      // One of them may work by itself; what is wrong with the other one is worth saying.
      const both = await Promise.allSettled([this.#open(['mic']), this.#open(['camera'])]);
      const failed = both.filter(({ status }) => status === 'rejected');
      if (failed.length) throw failed.length > 1 ? error : new DeviceError(oneMissing(both), { cause: error });
    }
  }

  /** Turns the microphone on, or mutes it. */
  async setMic(on) {
    if (this.tracks.mic) {
      this.tracks.mic.enabled = on;
      this.#on.changed();
    } else if (on) {
      await this.#open(['mic']);
    }
  }

  /** Turns the camera on or off; off lets go of the device, so that its light goes out. */
  async setCamera(on) {
    if (on && !this.tracks.camera) await this.#open(['camera']);
    else if (!on) this.#set('camera', null);
  }

  /** Uses another device from now on, at once if the place is turned on. */
  async choose(place, deviceId) {
    save(place, deviceId);
    if (!this.tracks[place]) return;
    const { enabled } = this.tracks[place];
    this.#set(place, null); // some systems give a device to one user at a time
    await this.#open([place]);
    this.tracks[place].enabled = enabled;
    this.#on.changed();
  }

  /** Asks the user for a screen or window; rejects when it cannot be had, returns quietly when refused. */
  async share() {
    if (!navigator.mediaDevices?.getDisplayMedia) throw new DeviceError('noScreen');
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false });
      const [track] = stream.getVideoTracks();
      track.contentHint = 'detail'; // text is to stay sharp
      this.#set('screen', track);
    } catch (error) {
      if (error.name !== 'NotAllowedError') throw new DeviceError('noScreen', { cause: error });
    }
  }

  stopSharing() {
    this.#set('screen', null);
  }

  /** Sets how large and how often pictures are taken. */
  async setPicture(picture) {
    this.#picture = picture;
    await this.tracks.camera?.applyConstraints(this.#camera()).catch((error) => console.debug('picture:', error));
  }

  stop() {
    for (const place of Object.keys(this.tracks)) this.#set(place, null);
  }

  #camera() {
    const { width, height, frameRate } = this.#picture;
    return {
      ...device('camera'),
      width: { ideal: width },
      height: { ideal: height },
      frameRate: { ideal: frameRate, max: frameRate },
    };
  }

  async #open(places) {
    if (!devicesAllowed()) throw new DeviceError('insecure');
    const wanted = {};
    if (places.includes('mic')) wanted.audio = { ...voice, ...device('mic') };
    if (places.includes('camera')) wanted.video = this.#camera();
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia(wanted);
    } catch (error) {
      throw new DeviceError(reasonOf(error), { cause: error });
    }
    for (const place of places) this.#set(place, stream.getTracks().find(({ kind }) => kind === kinds[place]) ?? null);
  }

  #set(place, track) {
    const old = this.tracks[place];
    if (old === track) return;
    if (old) {
      old.onended = null;
      old.stop();
    }
    this.tracks[place] = track;
    if (track) {
      track.onended = () => {
        this.#set(place, null);
        this.#on.lost(place);
      };
    }
    this.#on.track(place, track);
    this.#on.changed();
  }
}

/** The device that was chosen, if it is there; any other one if not. */
function device(place) {
  const deviceId = load(place);
  return deviceId ? { deviceId: { ideal: deviceId } } : {};
}

function reasonOf({ name }) {
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'refused';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    default: // NotReadableError, AbortError: another program has it, or the system refuses
      return 'busy';
  }
}

function oneMissing([mic]) {
  return mic.status === 'rejected' ? 'noMic' : 'noCamera';
}
