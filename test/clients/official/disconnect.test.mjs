// Both ends see a clean end: the server forgets a client that leaves, clients see the server go.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { assertHeard, closeAll, connectAll, kinds, settle, upgraded } from '../peer.mjs';
import { startServer } from '../../lib/server.mjs';
import { isUnknown } from '../session.mjs';
import { until } from '../../lib/until.mjs';

let server;
before(async () => { server = await startServer(); });
afterEach(closeAll);
after(() => server?.stop());

for (const kind of kinds) {
  test(`${kind.name} leaves, and the server forgets it`, async () => {
    const [leaving, one, two] = await connectAll(server.url, [kind, kind, kind]);
    await upgraded(leaving);
    const reasons = [];
    leaving.socket.on('disconnect', (reason) => reasons.push(reason));
    const { id, transport } = leaving;
    const session = leaving.socket.io.engine.id;
    leaving.close();
    await until('the session has ended', () => isUnknown(server.url, session, transport));
    one.emit('message', { channel: id, message: 'too late' });
    one.emit('offer', 'for those who stay');
    await settle([one, two]);

    assert.deepEqual(reasons, ['io client disconnect']);
    assertHeard(leaving, []);
    assertHeard(two, [['offer', 'for those who stay']]);
  });
}

test('every client sees the server end, and why', async () => {
  const ending = await startServer();
  const peers = await connectAll(ending.url, kinds);
  await Promise.all(peers.map(upgraded));
  const reasons = new Map();
  for (const peer of peers) {
    peer.socket.io.reconnection(false);
    peer.socket.on('disconnect', (reason) => reasons.set(peer.kind.name, reason));
  }
  await ending.stop(); // rejects unless the server ends with code 0
  await until('all have seen it', () => reasons.size === peers.length, () => [...reasons.keys()]);
  const wanted = peers.map((peer) => [peer.kind.name, 'transport close']);
  assert.deepEqual(Object.fromEntries(reasons), Object.fromEntries(wanted));
});
