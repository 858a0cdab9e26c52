// `message` goes to the rooms its channel names; every client is in a room named by its own id.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { closeAll, connectAll, kinds, settle } from '../peer.mjs';
import { startServer } from '../../lib/server.mjs';

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

// Each case names its channel and those of the four peers (0 sends) that hear the message.
const cases = [
  { name: 'the id of one peer', channel: ([, one]) => one.id, hear: [1] },
  { name: 'an array of two peers', channel: ([, one, , three]) => [one.id, three.id], hear: [1, 3] },
  { name: 'an array naming one peer twice', channel: ([, , two]) => [two.id, two.id], hear: [2] },
  { name: 'an array with the sender in it', channel: ([sender, one]) => [sender.id, one.id], hear: [1] },
  { name: 'an empty array', channel: () => [], hear: [1, 2, 3] },
  { name: 'no channel', channel: () => undefined, hear: [] },
  { name: 'a channel of null', channel: () => null, hear: [] },
  { name: 'a channel nobody is in', channel: () => 'nobody', hear: [] },
  { name: 'a channel that is a number', channel: () => 5, hear: [] },
  { name: 'a channel that is an object', channel: () => ({ a: 1 }), hear: [] },
  { name: "the sender's own id", channel: ([sender]) => sender.id, hear: [] },
];

for (const kind of kinds) {
  describe(`a message from ${kind.name}`, () => {
    let peers;
    before(async () => { peers = await connectAll(server.url, [kind, kind, kind, kind]); });
    after(closeAll);

    for (const { name, channel, hear } of cases) {
      test(`to ${name}`, async () => {
        peers[0].emit('message', { channel: channel(peers), message: { to: name } });
        await settle(peers);
        const heard = peers.map((peer) => peer.takeHeard());
        const wanted = peers.map((_, index) => (hear.includes(index) ? [['message', { to: name }]] : []));
        assert.deepEqual(heard, wanted);
      });
    }

    test('that is null or missing disturbs nobody', async () => {
      peers[0].emit('message', null);
      peers[0].emit('message');
      await settle(peers);
      assert.deepEqual(peers.map((peer) => peer.takeHeard()), [[], [], [], []]);
    });
  });
}
