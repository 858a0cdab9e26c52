// In revision 4 the server asks for heartbeats, in revision 3 it answers them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '../../lib/until.mjs';
import { bareKinds } from './kinds.mjs';
import { servers } from './servers.mjs';

const beats = 3;
const options = { pingInterval: 100, pingTimeout: 5_000 }; // ms

for (const server of servers) {
  describe(`on ${server.name}`, () => {
    let running;
    before(async () => { running = await server.start({ options }); });
    after(() => running?.dispose());

    for (const kind of bareKinds) {
      test(`${kind.name}: ${beats} heartbeats`, async (t) => {
        const peer = await kind.connect(running.url);
        t.after(() => peer.close());
        for (let beat = 1; beat <= beats; beat++) {
          if (kind.revision === 3) peer.ping(); // there the client asks
          await until(`heartbeat ${beat} has come`, () => peer.heartbeats >= beat, () => peer.reason);
        }
        assert.equal(peer.reason, undefined);
      });
    }
  });
}
