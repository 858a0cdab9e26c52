// A client whose network fails comes back by itself; those whose does not, do not notice.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startLossy } from './lossy.mjs';
import { assertHeard, closeAll, connect, kind, kinds, upgraded } from '../peer.mjs';
import { startServer } from '../../lib/server.mjs';
import { until } from '../../lib/until.mjs';

let server;
let lossy;
before(async () => {
  server = await startServer(['-addr', '127.0.0.1:0', '-ping-interval', '400ms', '-ping-timeout', '1000ms']);
  lossy = await startLossy(server.port);
});
afterEach(closeAll);
after(async () => {
  lossy?.close();
  await server?.stop();
});

for (const fault of ['vanish', 'reset', 'cut']) {
  for (const lost of kinds) {
    test(`${lost.name} comes back after a ${fault}`, async () => {
      const other = await connect(server.url, kind('4.8.4', 'websocket'));
      const witness = await connect(server.url, kind('2.5.0', 'polling'));
      const peer = await connect(lossy.url, lost, { reconnectionDelay: 20, reconnectionDelayMax: 100 });
      await upgraded(peer);
      let losses = 0;
      peer.socket.on('disconnect', () => { losses += 1; });
      await until('there is something to lose', () => lossy.busy);
      lossy[fault]();
      other.emit('message', { channel: witness.id, message: 'unmoved' });
      await until('it has noticed', () => losses > 0);
      await until('it is back', () => peer.socket.connected);
      other.emit('message', { channel: peer.id, message: 'welcome back' });
      await until('it hears of it', () => peer.heard.length > 0);
      assertHeard(peer, [['message', 'welcome back']]);
      assertHeard(witness, [['message', 'unmoved']]);
      assert.equal(other.socket.connected && witness.socket.connected, true);
    });
  }
}
