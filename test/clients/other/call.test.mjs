// Every client calls the official ones, new and old, and is called by them: an offer, an answer,
// ten candidates each way, messages, text beyond ASCII and binary data. Nobody hears anything else.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { assertHeard, closeAll, connect, kind, settle, upgraded } from '../peer.mjs';
import { isUnknown } from '../session.mjs';
import { candidates, description } from '../signals.mjs';
import { until } from '../../lib/until.mjs';
import { kinds } from './kinds.mjs';
import { servers } from './servers.mjs';

const official = [kind('4.8.4', 'upgrade'), kind('2.5.0', 'polling')];

const payloads = [
  { name: 'text in many scripts', value: { 'Größe 👋': ['开始', 'שלום', '𝄞', 'a\u2028b'] } },
  { name: 'what looks like the framing', value: '\u001e42["offer",1]\n4:42["a"]\\n"' },
  { name: 'null', value: null },
  { name: 'a Buffer', value: Buffer.from([0, 4, 30, 127, 128, 255]) },
  { name: 'Buffers among other values', value: { sdp: bytes(1500), more: [1, bytes(3), { x: bytes(1) }, null] } },
];

/** As large as that kind of client takes them. */
const largePayloads = ({ largest = 100_000 }) => [
  { name: `${largest} bytes of text`, value: { sdp: 'a=b '.repeat(largest / 4) } },
  { name: `${largest} bytes of base64`, value: bytes((largest / 4) * 3) },
];

for (const server of servers) {
  describe(`on ${server.name}`, () => {
    let running;
    before(async () => { running = await server.start(); });
    after(() => running?.dispose());
    for (const each of kinds) describe(each.name, () => visit(each, () => running.url));
  });
}

/** Declares the tests of one client of that kind, in a room with the official ones. */
function visit(kind, url) {
  let other;
  let room;
  before(async () => {
    other = await kind.connect(url());
    room = [other, ...await Promise.all(official.map((each) => connect(url(), each)))];
    await Promise.all(room.slice(1).map(upgraded));
  });
  beforeEach(() => room.forEach((peer) => peer.takeHeard())); // what a failed test has left
  after(() => {
    closeAll();
    other?.close();
  });

  test('ends up on the transport it asked for', () =>
    until(`it is on ${kind.transport}`, async () => (await other.state()).transport === kind.transport));

  for (const [index, { name }] of official.entries()) {
    test(`calls ${name}`, () => call(room, other, room[index + 1]));
    test(`is called by ${name}`, () => call(room, room[index + 1], other));

    test(`sends messages to ${name} and hears its answers`, async () => {
      const peer = room[index + 1];
      for (const [from, to] of [[other, peer], [peer, other]]) {
        for (let n = 0; n < 3; n++) from.emit('message', { channel: to.id, message: { n } });
        await assertAll(room, new Map([[to, [0, 1, 2].map((n) => ['message', { n }])]]));
      }
    });
  }

  for (const { name, value } of [...payloads, ...largePayloads(kind)]) {
    test(`sends and hears ${name}`, async () => {
      for (const sender of room) {
        sender.emit('offer', value);
        await assertAll(room, new Map(room.filter((peer) => peer !== sender).map((peer) => [peer, [['offer', value]]])));
      }
    });
  }

  test('leaves, and the server forgets it', async () => {
    const { session, transport } = await other.state();
    other.leave();
    await until('it is disconnected', () => other.reason !== undefined, () => other.said);
    assert.equal(other.reason, kind.left);
    await until('the session has ended', () => isUnknown(url(), session, transport));
  });
}

/** Makes a call between two of the peers in the room; all but the sender hear each event. */
async function call(room, caller, callee) {
  const offer = [['offer', description('offer')], ...candidates('caller')];
  const answer = [['answer', description('answer')], ...candidates('callee')];
  for (const event of offer) caller.emit(...event);
  await until('the callee has heard the offer', () => callee.heard.some(([event]) => event === 'offer'));
  for (const event of answer) callee.emit(...event);
  await assertAll(room, new Map(room.map((peer) => {
    if (peer === caller) return [peer, answer];
    if (peer === callee) return [peer, offer];
    return [peer, [...offer, ...answer]];
  })));
}

/**
 * Waits until all that was sent has arrived, and fails unless every peer has heard what is wanted
 * of it, and nothing else; forgets it.
 */
async function assertAll(room, wanted) {
  const of = (peer) => wanted.get(peer) ?? [];
  for (const peer of room) {
    await until(`${peer.kind.name} has heard ${of(peer).length} events`,
      () => peer.heard.length >= of(peer).length, () => peer.heard);
  }
  await settle(room);
  for (const peer of room) {
    peer.heard = comparable(peer, peer.heard);
    assertHeard(peer, comparable(peer, of(peer)));
  }
}

/** Puts what comes in any order into one: what two senders send, and all of what some clients hear. */
function comparable(peer, events) {
  if (peer.kind.unordered) return inOneOrder(events);
  const fromCallee = ([event, data]) => event === 'answer' || data?.usernameFragment === 'callee';
  return [...events.filter((event) => !fromCallee(event)), ...events.filter(fromCallee)];
}

/** Sorts events by what is in them, whatever the order of their objects' keys. */
function inOneOrder(events) {
  const text = (value) => (value !== null && typeof value === 'object'
    ? Object.keys(value).sort().map((key) => [key, text(value[key])]) : value);
  const keyed = events.map((event) => [JSON.stringify(text(event)), event]);
  return keyed.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, event]) => event);
}

function bytes(length) {
  return Buffer.from(Array.from({ length }, (_, index) => index % 256));
}
