// One connected client of one of the official versions, and what it has heard.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { inspect, isDeepStrictEqual } from 'node:util';
import { transports } from '../lib/transports.mjs';
import { until } from '../lib/until.mjs';

const require = createRequire(import.meta.url);

const clients = {
  '1.7.4': require('client-1.7.4'),
  '2.5.0': require('client-2.5.0'),
  '3.1.3': require('client-3.1.3'),
  '4.8.4': require('client-4.8.4'),
};

/** The four events the server relays, and those of rooms. */
const events = ['offer', 'answer', 'onicecandidate', 'message', 'signal', 'peer-joined', 'peer-left'];

const openPeers = new Set(); // peers that have not been closed

/** A client version together with a way to connect: { name, version, transport }. */
export function kind(version, transport) {
  return { name: `${version} over ${transport}`, version, transport };
}

/** Every version over every transport. */
export const kinds = Object.keys(clients).flatMap((version) =>
  Object.keys(transports).map((transport) => kind(version, transport)));

/** Connects one client; resolves once it is in the namespace, upgraded or not. */
export async function connect(url, kind, options) {
  const peer = new Peer(url, kind, options);
  await until(`${kind.name} is connected`, () => peer.socket.connected);
  return peer;
}

/** Connects one client of each kind given, all at the same time. */
export function connectAll(url, kinds) {
  return Promise.all(kinds.map((kind) => connect(url, kind)));
}

/** Closes every client that is still open, so that none outlives its test, passed or failed. */
export function closeAll() {
  for (const peer of openPeers) peer.close();
}

/** Resolves once the peer is on the transport it is to end up with. */
export function upgraded(peer) {
  const wanted = transports[peer.kind.transport].at(-1);
  return until(`${peer.kind.name} is on ${wanted}`, () => peer.transport === wanted, () => peer.transport);
}

/** What any client has heard; whoever makes a client of another kind into a peer extends this. */
export class Hearing {
  /** What arrived, in order: [event, ...arguments]. Markers of settle() are left out. */
  heard = [];
  /** Rounds of settle() that another peer has announced to this one. */
  markers = [];

  /** Notes an event that has arrived. */
  hear(event, args) {
    const marker = args[0]?.settled;
    // A peer that hears its own marker has been echoed: that belongs in heard, where tests see it.
    if (marker && args[0].from !== this.id) this.markers.push(marker);
    else this.heard.push([event, ...args]);
  }

  /** Hands over what was heard until now and forgets it. */
  takeHeard() {
    return this.heard.splice(0);
  }
}

export class Peer extends Hearing {
  /** Starts to connect; listeners added before the next turn of the event loop miss nothing. */
  constructor(url, kind, options) {
    super();
    this.kind = kind;
    this.socket = clients[kind.version](url, {
      forceNew: true, // without it a second client of a version shares the first one's connection
      transports: transports[kind.transport],
      ...options,
    });
    openPeers.add(this);
    for (const event of events) {
      this.socket.on(event, (...args) => this.hear(event, args));
    }
  }

  /** The id that names this peer's room on the server. */
  get id() {
    return this.socket.id;
  }

  /** The name of the transport in use at this moment. */
  get transport() {
    return this.socket.io.engine.transport.name;
  }

  emit(event, ...args) {
    this.socket.emit(event, ...args);
  }

  close() {
    openPeers.delete(this);
    this.socket.close();
  }
}

/** Fails unless the peer has heard exactly these events; forgets them. Large payloads are cut short. */
export function assertHeard(peer, wanted) {
  const heard = peer.takeHeard();
  const show = (events) => inspect(events, { depth: 4, maxArrayLength: 30, maxStringLength: 100 });
  assert.ok(
    isDeepStrictEqual(heard, wanted),
    `${peer.kind.name} heard ${show(heard)} instead of ${show(wanted)}`,
  );
}

let round = 0;

/**
 * Resolves once everything these peers have sent has reached the others. The order from one sender
 * to one receiver is kept, so a marker sent now arrives last; the second round gives an echo of the
 * first one's markers, were there any, the time to arrive.
 */
export async function settle(peers) {
  for (let pass = 0; pass < 2; pass++) {
    const settled = ++round;
    for (const peer of peers) peer.emit('answer', { settled, from: peer.id });
    const count = (peer) => peer.markers.filter((marker) => marker === settled).length;
    await until(
      'all that was sent has arrived',
      () => peers.every((peer) => count(peer) >= peers.length - 1),
      () => peers.map((peer) => `${peer.kind.name} heard ${count(peer)} of ${peers.length - 1} markers`),
    );
  }
}
