// One official client in a scenario: hides what differs between the versions'
// programming interfaces and records what the client is told.
import { createRequire } from 'node:module';
import { atLeast } from './cells.mjs';
import { show } from './trace.mjs';
import { patience } from '../../lib/patience.mjs';

const require = createRequire(import.meta.url);

/** The events that the server relays. */
export const EVENTS = ['offer', 'answer', 'onicecandidate', 'message'];

/** The key of a payload that is the harness's own and no part of a trace. */
const MARK = 'mark of the harness';

const OPTIONS = {
  forceNew: true,
  reconnection: false,
  reconnectionDelay: 30,
  reconnectionDelayMax: 60,
};

export class Peer {
  /** What happened, in order: { kind, values } or { kind, args } for an event. */
  trace = [];
  #watchers = new Set();
  #marks = new Set();
  #ids = [];
  #asked = 0;

  /**
   * Connects at once. `options` are the client's own; `nsp` is appended to the
   * address; `sharing` names the peer whose connection is to be used.
   */
  constructor(name, { version, transport }, url, { nsp = '', sharing, ...options } = {}) {
    this.name = name;
    this.version = version;
    this.transport = transport;
    this.io = require(`client-${version}`);
    this.socket =
      sharing?.manager.socket(nsp) ??
      this.io(url + nsp, {
        ...OPTIONS,
        transports: transport === 'upgrade' ? ['polling', 'websocket'] : [transport],
        ...options,
      });
    this.#listen();
  }

  get manager() {
    return this.socket.io;
  }

  get engine() {
    return this.manager.engine;
  }

  get connected() {
    return this.socket.connected;
  }

  /** The room that only this client is in: its id, as its version knows it. */
  get id() {
    return atLeast(this.version, '1.7.4') ? this.socket.id : this.engine.id;
  }

  get modern() {
    return atLeast(this.version, '3.0.0');
  }

  #listen() {
    const { socket } = this;
    for (const name of EVENTS) socket.on(name, (...args) => this.#onRelayed(name, args));
    socket.on('connect', () => {
      this.#ids.push(this.id);
      this.record('connect', this.#idForm());
    });
    socket.on('disconnect', (reason) => this.record('disconnect', reason));
    socket.on('connect_error', (err) => this.record('connect_error', err));
    this.reconnects = this.manager.reconnection();
    const lifecycle = this.modern ? this.manager : socket;
    lifecycle.on('error', (err) => this.record('error', err));
    lifecycle.on('reconnect', () => this.record('reconnect'));
    lifecycle.on('reconnect_failed', () => this.record('reconnect_failed'));
    this.#recordStrangers();
  }

  // Events that nobody should receive have no listener: they are seen on their
  // way through the client.
  #recordStrangers() {
    const { socket } = this;
    const original = socket.onevent;
    socket.onevent = (packet) => {
      const [name] = packet.data;
      if (!EVENTS.includes(name)) this.record('stranger', ...packet.data);
      if (packet.id !== undefined) this.record('was asked for an acknowledgement of', name);
      original.call(socket, packet);
    };
  }

  #onRelayed(name, args) {
    const mark = args[0]?.[MARK];
    if (mark) {
      this.#marks.add(mark);
      this.#wake();
    } else {
      this.trace.push({ kind: 'received', name, args });
      this.#wake();
    }
  }

  // Which id the client was given, relative to the connection's.
  #idForm() {
    const { id } = this.socket;
    if (id === undefined) return 'no id of its own';
    if (id === this.engine.id) return "the connection's id";
    const [nsp, rest] = String(id).split('#');
    if (rest === this.engine.id) return `${nsp}#<the connection's id>`;
    return `an id of its own of ${id.length} characters`;
  }

  record(kind, ...values) {
    this.trace.push({ kind, values });
    this.#wake();
  }

  #wake() {
    for (const watcher of this.#watchers) watcher();
  }

  /** Emits as the application would; a refusal by the client is recorded. */
  emit(name, ...args) {
    try {
      this.socket.emit(name, ...args);
    } catch (err) {
      this.record('threw', err);
    }
  }

  /** Emits and asks for an acknowledgement; whether one comes is recorded. */
  emitAsking(name, ...args) {
    this.emit(name, ...args, (...answer) => this.record('acknowledged', name, ...answer));
  }

  /** Sends one Socket.IO packet (or attachment) as it stands: 2["offer"] and not 42["offer"]. */
  sendRaw(data) {
    this.engine.write(data);
  }

  /**
   * Resolves when the server has dealt with everything sent so far: it has
   * refused a namespace that nobody serves.
   */
  async heard() {
    const nsp = `/unserved-${++this.#asked}`;
    let refused = false;
    this.manager.on('packet', (packet) => (refused ||= packet.nsp === nsp));
    this.sendRaw(`0${nsp},`);
    await this.poll('a refusal', () => refused);
  }

  mark(label) {
    this.socket.emit('onicecandidate', { [MARK]: label });
  }

  hasMark(label) {
    return this.#marks.has(label);
  }

  /** Resolves when an entry of that kind is in the trace, `times` times. */
  saw(kind, times = 1) {
    return this.until(`${kind} × ${times}`, () => this.count(kind) >= times);
  }

  count(kind) {
    return this.trace.filter((entry) => entry.kind === kind).length;
  }

  /** Resolves when the client has connected and, if it is to, upgraded. */
  async settled() {
    await this.until('connect', () => this.connected);
    if (this.transport === 'upgrade') await this.upgraded();
  }

  async upgraded() {
    await this.poll('upgrade', () => this.engine.transport.name === 'websocket' && !this.engine.upgrading);
  }

  /** Resolves when the client could write to the network at once. */
  async idle() {
    await this.poll('idle', () => this.engine.transport.writable && !this.engine.writeBuffer.length);
  }

  /** Resolves when the client has nothing to send and waits for the server. */
  async waiting() {
    await this.idle();
    const { transport } = this.engine;
    if (transport.name === 'polling')
      await this.poll('a poll', () => transport.polling || transport._polling);
  }

  /** Resolves when `holds` does, asked whenever something was recorded. */
  until(what, holds) {
    if (holds()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const settle = (finish, value) => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
        finish(value);
      };
      const watcher = () => holds() && settle(resolve);
      const timer = setTimeout(() => settle(reject, new NeverHappened(this.name, what)), patience);
      this.#watchers.add(watcher);
    });
  }

  /** As until, for what no version announces by an event. */
  async poll(what, holds, longest = patience) {
    const end = Date.now() + longest;
    while (!holds()) {
      if (Date.now() > end) throw new NeverHappened(this.name, what);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  }

  /** The ids this client has had, oldest first. */
  get ids() {
    return this.#ids;
  }

  /** The trace as lines. Failed attempts to reconnect, whose number depends on timing, are left out. */
  lines() {
    const told = this.trace.filter(
      ({ kind }) => !this.reconnects || !['connect_error', 'error'].includes(kind),
    );
    return told.map(({ kind, name, args, values }) =>
      [kind, ...(name ? [name] : []), ...(args ?? values).map(show)].join(' '),
    );
  }

  /** Leaves for good, whatever state the client is in. */
  close() {
    this.manager.reconnection(false);
    this.manager.skipReconnect = true;
    this.socket.disconnect();
    this.engine?.close();
    // The kernel may give the port to a later scenario's server: the oldest
    // clients would take this connection for it.
    if (this.io.managers) delete this.io.managers[this.manager.uri];
  }
}

/** Something that a scenario waits for did not come. */
export class NeverHappened extends Error {
  constructor(who, what) {
    super(`${who} never saw: ${what}`);
  }
}
