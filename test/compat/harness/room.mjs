// The clients of one run of a scenario, on one server.
import { setTimeout } from 'node:timers/promises';
import { NeverHappened, Peer } from './peer.mjs';

/** How often and how long apart (in ms) a client's fate is asked for. */
const PROBES = 200;
const PROBE_INTERVAL = 100;

export class Room {
  #peers = new Map();
  #syncs = 0;

  constructor(server, players) {
    this.server = server;
    this.players = players;
  }

  /** Connects the player `part` (a, b or c) as `name`, without waiting. */
  enter(name, options = {}, part = name) {
    const peer = new Peer(name, this.players[part], options.url ?? this.server.url, options);
    this.#peers.set(name, peer);
    return peer;
  }

  /** Joins another namespace on the connection that `peer` has. */
  share(peer, name, nsp) {
    const shared = new Peer(name, peer, this.server.url, { nsp, sharing: peer });
    this.#peers.set(name, shared);
    return shared;
  }

  /** Connects and waits until the client is connected and upgraded, as its transport says. */
  async join(name, options, part) {
    const peer = this.enter(name, options, part);
    await peer.settled();
    return peer;
  }

  /**
   * Waits until everything that the given peers have emitted so far has been
   * delivered to the others: each sends a mark, and the server keeps the order
   * from one sender to one receiver. Who is disconnected meanwhile, or has been
   * before, is not waited for.
   */
  async sync(...peers) {
    const among = peers.length ? peers : [...this.#peers.values()].filter((peer) => peer.connected);
    const round = ++this.#syncs;
    for (const peer of among) peer.mark(`${round} of ${peer.name}`);
    const done = (peer) => (other) =>
      other === peer || !peer.connected || !other.connected || peer.hasMark(`${round} of ${other.name}`);
    for (const peer of among) {
      await peer.poll(`everything before mark ${round}`, () => among.every(done(peer)));
    }
  }

  /**
   * Waits until nothing is under way and the server holds a poll of everyone
   * who polls: what it does next meets all clients in the same state.
   */
  async quiet() {
    for (const peer of this.#peers.values()) await peer.waiting();
    // A request sent behind the polls has been answered: they have been read.
    for (let i = 0; i < 2; i++) {
      await setTimeout(50);
      await fetch(`${this.server.url}/socket.io/?EIO=4&transport=polling&sid=nobody`);
    }
  }

  /**
   * Finds out and records what has become of `peer`: either the server still
   * relays what it sends to `witness`, or it is disconnected. It is asked again
   * and again, since Node reacts to a packet after it has read the next one if
   * both came in one piece.
   */
  async fate(peer, witness) {
    let probes = 0;
    const first = ++this.#syncs;
    const relayed = () => witness.hasMark(`probe ${first} of ${peer.name}`);
    const known = () => relayed() || !peer.connected;
    while (!known() && probes++ < PROBES) {
      peer.mark(`probe ${first} of ${peer.name}`);
      await peer.poll('an answer', known, PROBE_INTERVAL).catch(() => {});
    }
    if (!known()) throw new NeverHappened(peer.name, 'what became of it');
    if (peer.connected) peer.record('is still served');
    await this.sync();
  }

  /** Runs the scenario's body; what it waited for in vain becomes part of the outcome. */
  async play(body, { joined = ['a', 'b', 'c'], bySender = false } = {}) {
    let stuck = null;
    let traces = {};
    try {
      for (const name of joined) await this.join(name);
      await body(this.#stage());
      for (const peer of this.#peers.values()) {
        if (peer.connected) peer.record('ends on', peer.engine.transport.name);
      }
    } catch (err) {
      if (!(err instanceof NeverHappened)) throw err;
      stuck = err.message;
    } finally {
      traces = this.#traces(bySender);
      for (const peer of this.#peers.values()) peer.close();
    }
    return { stuck, traces };
  }

  #stage() {
    return {
      ...Object.fromEntries(this.#peers),
      server: this.server,
      players: this.players,
      enter: this.enter.bind(this),
      join: this.join.bind(this),
      share: this.share.bind(this),
      sync: this.sync.bind(this),
      fate: this.fate.bind(this),
      quiet: this.quiet.bind(this),
    };
  }

  #traces(bySender) {
    const names = new Map([[new URL(this.server.url).host, '<address>']]);
    for (const peer of this.#peers.values()) {
      peer.ids.forEach((id, i) => id && names.set(id, `<id ${i + 1} of ${peer.name}>`));
    }
    const traces = {};
    for (const [name, peer] of this.#peers) {
      const lines = peer.lines().map((line) => replaceAll(line, names));
      traces[name] = bySender ? groupBySender(lines) : lines;
    }
    return traces;
  }
}

function replaceAll(text, names) {
  for (const [id, name] of names) text = text.replaceAll(id, name);
  return text;
}

// Senders that emit at the same time interleave as they please; what each one
// sent must arrive in its order. Their payloads carry {"from": name}.
function groupBySender(lines) {
  const sender = (line) => /"from":"(\w+)"/.exec(line)?.[1] ?? '';
  return lines
    .map((line, i) => ({ line, i, sender: sender(line) }))
    .sort((x, y) => x.sender.localeCompare(y.sender) || x.i - y.i)
    .map(({ line }) => line);
}
