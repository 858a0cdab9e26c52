// When the server ends, every client hears of it, and why.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../lib/until.mjs';
import { kinds } from './kinds.mjs';
import { servers } from './servers.mjs';

for (const server of servers) {
  test(`every client sees ${server.name} end`, async () => {
    const running = await server.start();
    const peers = [];
    try {
      for (const each of kinds) peers.push(await each.connect(running.url));
      // Node waits for clients that leave their end of the connection open, as one of these does.
      const stopped = running.stop();
      await until('all have seen it', () => peers.every(({ reason }) => reason !== undefined),
        () => peers.filter(({ reason }) => reason === undefined).map(({ kind, said }) => [kind.name, said]));
      const reasons = peers.map(({ kind, reason }) => [kind.name, reason]);
      assert.deepEqual(reasons, kinds.map(({ name, ended }) => [name, ended]));
      peers.forEach((peer) => peer.close());
      await stopped;
    } finally {
      peers.forEach((peer) => peer.close());
      await running.dispose();
    }
  });
}
