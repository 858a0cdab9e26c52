// Many clients at once, sending as fast as they can: everything arrives, in order. Nothing here says
// how long that may take; the benchmarks do.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { closeAll, connectAll, kinds } from '../peer.mjs';
import { startServer } from '../../lib/server.mjs';
import { until } from '../../lib/until.mjs';

const clients = 100;
const offers = 200; // by one client to all others
const messages = 100; // each way in each pair
const sdp = 'v=0\r\n'.repeat(300); // 1.5 KB

// Each mix is cycled through until there are 100 clients, so every version takes part in each.
const mixes = {
  websocket: kinds.filter(({ transport }) => transport === 'websocket'),
  polling: kinds.filter(({ transport }) => transport === 'polling'),
  'every transport': kinds,
};

let server;
let room;
before(async () => { server = await startServer(); });
afterEach(closeAll);
after(() => server?.stop());

for (const [name, mix] of Object.entries(mixes)) {
  test(`200 offers of 1.5 KB reach 99 others over ${name}, in order`, async () => {
    room = await connectAll(server.url, crowd(mix));
    const [sender, ...others] = room;
    for (let number = 0; number < offers; number++) sender.emit('offer', { number, sdp });
    await heardBy(others, offers);

    const wanted = Array.from({ length: offers }, (_, number) => ['offer', { number, sdp }]);
    for (const peer of others) assert.deepEqual(peer.heard, wanted);
    assert.deepEqual(sender.heard, []);
    assert.equal(total(others), 19_800);
  });

  test(`50 pairs send 100 messages each way over ${name}, in order`, async () => {
    room = await connectAll(server.url, crowd(mix));
    for (let number = 0; number < messages; number++) {
      room.forEach((peer, index) => {
        peer.emit('message', { channel: partner(index).id, message: { from: index, number } });
      });
    }
    await heardBy(room, messages);

    room.forEach((peer, index) => {
      const from = room.indexOf(partner(index));
      const wanted = Array.from({ length: messages }, (_, number) => ['message', { from, number }]);
      assert.deepEqual(peer.heard, wanted);
    });
    assert.equal(total(room), 10_000);
  });
}

function crowd(mix) {
  return Array.from({ length: clients }, (_, index) => mix[index % mix.length]);
}

/** Pairs are 0 and 50, 1 and 51 and so on: both ends of most are of different kinds. */
function partner(index) {
  return room[(index + clients / 2) % clients];
}

function heardBy(peers, count) {
  return until(
    `everyone has heard ${count} events`,
    () => peers.every((peer) => peer.heard.length >= count),
    () => `${total(peers)} of ${count * peers.length} arrived`,
  );
}

function total(peers) {
  return peers.reduce((sum, peer) => sum + peer.heard.length, 0);
}
