// The server ends and starts again on its port; clients that reconnect by
// themselves, and those that do not.
import { family } from '../harness/scenario.mjs';

const RETURNING = { reconnection: true, randomizationFactor: 0 };
const own = { own: true, joined: [] };

/** The two ways a server ends. */
const ENDINGS = { 'stopped in order': 'stop', killed: 'kill' };

family('restart', (scenario) => {
  for (const [how, end] of Object.entries(ENDINGS)) {
    const options = { own: end === 'kill' };

    scenario(`the server is ${how}: what clients are told`, options, async ({ server, a, b, c, quiet }) => {
      await quiet();
      await server[end]();
      for (const peer of [a, b, c]) await peer.saw('disconnect');
    });

    scenario(
      `the server is ${how} and started again`,
      { ...options, joined: [] },
      async ({ server, join, sync, quiet }) => {
        const peers = [];
        for (const name of ['a', 'b', 'c']) peers.push(await join(name, RETURNING));
        const [a, b, c] = peers;
        a.emit('offer', 'before');
        await sync();
        const { id } = b;
        await quiet();
        await server[end]();
        for (const peer of peers) await peer.saw('disconnect');
        await server.start();
        for (const peer of peers) {
          await peer.saw('connect', 2);
          await peer.settled();
        }
        a.emit('message', { channel: id, message: 'to the old id' });
        a.emit('message', { channel: [b.id, c.id], message: 'to the new ids' });
        await sync();
        b.emit('answer', 'after');
        await sync();
      },
    );
  }

  scenario(
    'events emitted while the server is away',
    { ...own, since: '2.0.4' },
    async ({ server, join, sync, quiet }) => {
      const a = await join('a');
      const others = [await join('b', RETURNING), await join('c', RETURNING)];
      await quiet();
      await server.kill();
      await a.saw('disconnect');
      for (let i = 0; i < 3; i++) a.emit('offer', { kept: i });
      for (const peer of others) await peer.saw('disconnect');
      await server.start();
      for (const peer of others) {
        await peer.saw('connect', 2);
        await peer.settled();
      }
      a.socket.connect();
      await a.settled();
      await sync();
    },
  );

  scenario('the server is not there yet', { ...own, since: '1.3.7' }, async ({ server, enter, sync }) => {
    await server.kill();
    const a = enter('a', RETURNING);
    const b = enter('b', RETURNING);
    for (const peer of [a, b]) await peer.saw('connect_error');
    await server.start();
    for (const peer of [a, b]) await peer.settled();
    a.emit('offer', 'at last');
    await sync();
  });

  scenario('the server never comes', own, async ({ server, enter }) => {
    await server.kill();
    const a = enter('a', { ...RETURNING, reconnectionAttempts: 2 });
    await a.saw('reconnect_failed');
  });

  scenario('the server goes and does not return', own, async ({ server, join, quiet }) => {
    const a = await join('a', { ...RETURNING, reconnectionAttempts: 2 });
    await quiet();
    await server.kill();
    await a.saw('reconnect_failed');
  });
});
