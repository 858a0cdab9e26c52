import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeAll } from './clients.mjs';
import { compressionRows } from './rows-compression.mjs';
import { hookRows } from './rows-hooks.mjs';
import { parserRows } from './rows-parser.mjs';
import { rows } from './rows.mjs';
import { startNode, startOurs } from './servers.mjs';

for (const row of [...rows, ...hookRows, ...compressionRows, ...parserRows]) {
  test(row.name, async () => {
    // Node first: what it shows is what ours is held to.
    for (const start of row.oursAlone ? [startOurs] : [startNode, startOurs]) {
      const server = await start(row.settings ?? {});
      const notes = [];
      try {
        await row.run(server, (...line) => notes.push(line));
      } finally {
        closeAll();
        await server.stop();
      }
      assert.deepEqual(notes, row.want, `what the clients of ${server.name} saw`);
    }
  });
}
