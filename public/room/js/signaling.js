// The connection to the server: who is in the room, and messages to one of them. It comes back by
// itself when it is lost, with a new id, and enters the room again.
import { tokenInAddress } from './address.js';

const endpoint = new URL('../../socket.io/', import.meta.url);
const patience = 10_000; // ms for the server's answer to join
const pause = 1_000; // ms before connecting again where the client does not do so by itself

let client; // a promise of the module of socket.io-client
let attempts = 0;

/** Loads the client, ahead of its use. */
export function loadClient() {
  const url = new URL('socket.io.esm.min.js', endpoint);
  if (attempts > 0) url.search = `?attempt=${attempts}`; // browsers remember a module that they did not get
  client ??= import(url).catch((error) => {
    attempts++;
    client = undefined;
    throw new JoinError('unreachable', error.message);
  });
  return client;
}

/** Why a room could not be entered: code is one of the server's, or "unreachable". */
export class JoinError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

export class Signaling {
  #socket;
  #room;
  #name;
  #on;
  #entered; // { resolve, reject } until the room was entered for the first time

  /**
   * @param {object} on what to call: peers(ids) with all others each time the room has been
   *   entered, joined(id), left(id, reason), signal(from, data), down() when the server is lost,
   *   refused(error) when the room cannot be entered again
   */
  constructor(on) {
    this.#on = on;
  }

  /** Resolves once in the room; rejects with a JoinError. */
  async join(room, name) {
    const { io } = await loadClient();
    this.#room = room;
    this.#name = name;
    this.#socket = io(endpoint.origin, {
      path: endpoint.pathname,
      auth: { token: tokenInAddress() },
      forceNew: true,
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      reconnectionDelay: 500,
      reconnectionDelayMax: 4_000,
    });
    this.#listen();
    return new Promise((resolve, reject) => { this.#entered = { resolve, reject }; });
  }

  #listen() {
    const socket = this.#socket;
    socket.on('connect', () => this.#enter());
    socket.on('connect_error', (error) => this.#unreachable(error));
    socket.on('disconnect', (reason) => {
      if (reason === 'io client disconnect') return;
      if (!this.#entered) this.#on.down();
      if (!socket.active) setTimeout(() => this.#reconnect(), pause);
    });
    socket.on('peer-joined', ({ id }) => this.#on.joined(id));
    socket.on('peer-left', ({ id, reason }) => this.#on.left(id, reason));
    socket.on('signal', ({ from, data }) => this.#on.signal(from, data));
  }

  async #enter() {
    let answer;
    try {
      answer = await this.#socket.timeout(patience).emitWithAck('join', { room: this.#room, name: this.#name });
    } catch (error) {
      this.#unreachable(error);
      return;
    }
    if (!answer.ok) {
      this.#refuse(new JoinError(answer.error.code, answer.error.message));
      return;
    }
    // The list comes before the first joined or left that follows it: no await in between.
    this.#on.peers(answer.peers.map(({ id }) => id));
    this.#entered?.resolve();
    this.#entered = undefined;
  }

  #unreachable(error) {
    if (this.#entered) {
      this.#refuse(new JoinError(error.data?.code ?? 'unreachable', error.message));
      return;
    }
    // Once in a call, go on trying for as long as it lasts.
    if (this.#socket?.connected) this.#socket.disconnect();
    if (this.#socket && !this.#socket.active) setTimeout(() => this.#reconnect(), pause);
  }

  #refuse(error) {
    if (!this.#entered) {
      this.#on.refused(error);
      return;
    }
    this.close();
    this.#entered.reject(error);
    this.#entered = undefined;
  }

  #reconnect() {
    if (this.#socket && !this.#socket.connected) this.#socket.connect();
  }

  /** Tries to enter the room again after a refusal. */
  retry() {
    if (this.#socket?.connected) this.#enter();
    else this.#reconnect();
  }

  /** Sends data to one in the room. What cannot be sent now is dropped: it would be out of date. */
  send(id, data) {
    if (this.#socket?.connected) this.#socket.emit('signal', { to: id, data });
  }

  /** Leaves the room and the server. */
  close() {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket?.connected) socket.emit('leave', this.#room);
    socket?.disconnect();
  }
}
