// Official clients, and raw HTTP where a client cannot show what is asked.
import { createRequire } from 'node:module';
import { until } from '../../lib/until.mjs';

const require = createRequire(import.meta.url);

export const versions = {
  '1.7.4': require('client-1.7.4'),
  '2.5.0': require('client-2.5.0'),
  '4.8.4': require('client-4.8.4'),
};

const open = new Set();

/** Closes every client of a row. */
export function closeAll() {
  for (const socket of open) socket.io.reconnection(false), socket.close();
  open.clear();
}

/**
 * Starts to connect a client of a version and returns its socket, with what it
 * has seen in socket.seen: [event, ...arguments] each, in order.
 */
export function client(version, url, options = {}) {
  const { namespace = '', ...rest } = options;
  const socket = versions[version](url + namespace, { forceNew: true, reconnection: false, ...rest });
  open.add(socket);
  socket.seen = [];
  const see = (event) => socket.on(event, (...args) => socket.seen.push([event, ...args]));
  ['connect', 'disconnect', 'offer', 'answer', 'message', 'refused'].forEach(see);
  const failed = (err) => socket.seen.push(['failed', err?.message ?? err, ...(err?.data === undefined ? [] : [err.data])]);
  socket.on('connect_error', failed);
  if (version !== '4.8.4') socket.on('error', failed); // a CONNECT_ERROR's name before 3.0
  return socket;
}

/** Resolves once the socket has seen the event so often. */
export function seen(socket, event, times = 1) {
  const count = () => socket.seen.filter(([name]) => name === event).length;
  return until(`${event} is seen ${times} times`, () => count() >= times, () => socket.seen);
}

/** Resolves with the first thing that a client sees of a connection attempt. */
export async function outcome(socket) {
  await until('the attempt has an end', () => socket.seen.length > 0);
  return socket.seen[0];
}

/** Connects a client. */
export async function connected(version, url, options) {
  const socket = client(version, url, options);
  const [event, ...args] = await outcome(socket);
  if (event !== 'connect') throw new Error(`${version} is not connected: ${event} ${JSON.stringify(args)}`);
  return socket;
}

/** Sends a value there and back. */
export function echo(socket, value) {
  return new Promise((resolve) => socket.emit('echo', value, resolve));
}

/** Resolves with the name of the transport once the client is on the one it stays with. */
export async function settledTransport(socket) {
  const { engine } = socket.io;
  if (engine.upgrades?.length) await until('the client is upgraded', () => engine.transport.name === 'websocket');
  await echo(socket, 'settled');
  return engine.transport.name;
}

/** A raw request: [status, the headers named, body], a session's id written as SID. */
export async function ask(url, { headers = {}, pick = [], method = 'GET', body } = {}) {
  const res = await fetch(url, { headers, method, body });
  const text = await res.text();
  const sid = /"sid":"([^"]+)"/.exec(text)?.[1];
  const hide = (s) => (sid && s ? s.replaceAll(sid, 'SID') : s);
  return { status: res.status, headers: pick.map((name) => hide(res.headers.get(name))), body: hide(text), sid };
}

export const handshake = '/socket.io/?EIO=4&transport=polling';
