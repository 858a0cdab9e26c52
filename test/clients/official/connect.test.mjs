// Every version connects over every transport, and over the one it asked for.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { closeAll, connect, connectAll, kinds, upgraded } from '../peer.mjs';
import { startServer } from '../../lib/server.mjs';

let server;
before(async () => { server = await startServer(); });
afterEach(closeAll);
after(() => server?.stop());

for (const kind of kinds) {
  test(`${kind.name} connects`, async () => {
    const peer = await connect(server.url, kind);
    await upgraded(peer);
    assert.match(peer.id, /^[A-Za-z0-9_-]{20,}$/); // enough letters not to be guessed
  });
}

test('no two clients have the same id', async () => {
  const peers = await connectAll(server.url, [...kinds, ...kinds]);
  assert.equal(new Set(peers.map((peer) => peer.id)).size, peers.length);
});
