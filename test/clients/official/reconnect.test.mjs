// The server restarts on the same port: every client comes back by itself, with a new id, and is
// heard again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertHeard, closeAll, connect, kinds, settle } from '../peer.mjs';
import { startServer } from '../../lib/server.mjs';
import { until } from '../../lib/until.mjs';

let server;
let peers;
let idsBefore;
before(async () => {
  server = await startServer();
  const options = { reconnectionDelay: 100, reconnectionDelayMax: 500 }; // ms
  peers = await Promise.all(kinds.map((kind) => connect(server.url, kind, options)));
  idsBefore = peers.map((peer) => peer.id);
  const { port } = server;
  await server.stop();
  await until('all have lost the connection', () => peers.every((peer) => !peer.socket.connected));
  server = await startServer(['-addr', `127.0.0.1:${port}`]);
});
after(async () => {
  closeAll();
  await server?.stop();
});

kinds.forEach((kind, index) => {
  test(`${kind.name} comes back and calls the others`, async () => {
    await until('all are back', () => peers.every((peer) => peer.socket.connected),
      () => peers.filter((peer) => !peer.socket.connected).map((peer) => peer.kind.name));
    const peer = peers[index];
    assert.notEqual(peer.id, idsBefore[index]);
    peer.emit('offer', 'after the restart');
    await settle(peers);
    for (const each of peers) assertHeard(each, each === peer ? [] : [['offer', 'after the restart']]);
  });
});
