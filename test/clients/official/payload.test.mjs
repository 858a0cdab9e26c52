// What a client sends is what every other client hears, whatever the version and transport of both:
// a room holds a client of every kind, and each of them sends to all the others.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { assertHeard, closeAll, connectAll, kinds, settle, upgraded } from '../peer.mjs';
import { startServer } from '../../lib/server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

eachToAll('plain values', kinds, [
  { name: 'null', send: [null], arrives: null },
  { name: 'a missing argument', send: [], arrives: null },
  { name: 'more than one argument', send: ['first', 'second', 3], arrives: 'first' },
  same('an empty string', ''),
  same('booleans', [true, false]),
  same('numbers', [0, -1, 1.5, 1e21, 5e-324, Number.MAX_SAFE_INTEGER]),
  same('control characters and escapes', '\u0000\u001e\u007f\n\r\t"\\/ \\n \\u0041'),
  same('what looks like the framing', ['4:42["a"]', '\u001e42["offer",1]', { _placeholder: 1 }]),
  same('nested values', { a: [{ b: [[], {}, [null, { c: 'd' }]] }], e: { f: { g: { h: [1] } } } }),
  same('an empty object', {}),
  same('300 KB', { sdp: 'v=0\r\n'.repeat(60_000) }),
]);

// The 1.x clients encode text as UTF-8 twice over polling. Servers of the 2.x line and later, with
// which 2.x clients share the protocol revision, do not undo that; neither does Node's 4.8.4.
const encodesTwice = ({ version, transport }) => version === '1.7.4' && transport === 'polling';

eachToAll('text outside ASCII', kinds.filter((kind) => !encodesTwice(kind)), [
  same('many scripts', '开始 Größe Привет שלום ｆｕｌｌ'),
  same('emoji beyond the basic plane', '👋🏽 👩‍👩‍👧‍👦 𝄞'),
  same('line and paragraph separators', 'a\u2028b\u2029c'),
  same('keys in many scripts', { 'é 👋': { '\u2028': 1 }, '': 2 }),
  same('300 KB', { sdp: '始'.repeat(100_000) }),
]);

eachToAll('binary', kinds, [
  same('a Buffer', bytes(300)),
  same('an empty Buffer', Buffer.alloc(0)),
  same('Buffers among other values', { type: 'offer', sdp: bytes(1500), more: [1, bytes(3), { x: bytes(1) }] }),
  same('ten Buffers', Array.from({ length: 10 }, (_, index) => bytes(index + 1))),
  same('a Buffer of 300 KB', { blob: bytes(300_000) }),
  { name: 'an ArrayBuffer', send: [{ raw: new Uint8Array([0, 1, 2, 255]).buffer }],
    arrives: { raw: Buffer.from([0, 1, 2, 255]) } },
]);

/**
 * Declares one test for each kind and case: a client of that kind offers, all others must hear it.
 * A case gives the arguments of the emit and the one argument that must arrive.
 */
function eachToAll(title, kinds, cases) {
  describe(title, () => {
    let room;
    before(async () => {
      room = await connectAll(server.url, kinds);
      await Promise.all(room.map(upgraded));
    });
    beforeEach(() => room.forEach((peer) => peer.takeHeard())); // what a failed test has left
    after(closeAll);

    kinds.forEach((kind, index) => {
      for (const { name, send, arrives } of cases) {
        test(`${name}, offered by ${kind.name}`, async () => {
          room[index].emit('offer', ...send);
          await settle(room);
          for (const peer of room) assertHeard(peer, peer === room[index] ? [] : [['offer', arrives]]);
        });
      }

      const [{ name, send, arrives }] = cases;
      test(`${name}, sent to one peer by ${kind.name}`, async () => {
        const receiver = room[(index + 1) % room.length];
        room[index].emit('message', { channel: receiver.id, message: send[0] });
        await settle(room);
        for (const peer of room) assertHeard(peer, peer === receiver ? [['message', arrives]] : []);
      });

      test(`${name}, with an acknowledgement that never comes, offered by ${kind.name}`, async () => {
        let acknowledged = false;
        room[index].emit('offer', send[0], () => { acknowledged = true; });
        await settle(room);
        assert.equal(acknowledged, false);
        for (const peer of room) assertHeard(peer, peer === room[index] ? [] : [['offer', arrives]]);
      });
    });
  });
}

function same(name, value) {
  return { name, send: [value], arrives: value };
}

function bytes(length) {
  return Buffer.from(Array.from({ length }, (_, index) => index % 256));
}
