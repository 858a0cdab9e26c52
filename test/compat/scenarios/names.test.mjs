// Event names: unknown ones, reserved ones and those that look like code.
import { family } from '../harness/scenario.mjs';

const UNKNOWN = [
  'nothing',
  'Offer',
  'offer ',
  '',
  'error',
  'ping',
  'pong',
  'connection',
  'open',
  'close',
  'data',
  'constructor',
  'toString',
  'hasOwnProperty',
  '__proto__',
  'prototype',
  '日本',
  '\ud800',
  'a'.repeat(5000),
];
const RESERVED = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'];

family('names', (scenario) => {
  scenario('unknown names reach nobody', async ({ a, sync }) => {
    for (const name of UNKNOWN) a.emit(name, 'payload');
    a.emit('offer', 'still here');
    await sync();
  });

  for (const name of RESERVED) {
    scenario(
      `the reserved name ${name}, by emit`,
      { joined: ['b', 'c'], mixed: false },
      async ({ b, join, fate }) => {
        const a = await join('a');
        a.emit(name, 'payload');
        await fate(a, b);
      },
    );

    scenario(
      `the reserved name ${name}, on the wire`,
      { joined: ['b', 'c'], mixed: false },
      async ({ b, join, fate }) => {
        const a = await join('a');
        a.sendRaw(`2${JSON.stringify([name, 'payload'])}`);
        await fate(a, b);
      },
    );
  }

  scenario('a number as the name', async ({ a, sync }) => {
    for (const name of ['0', '1', '-1', '1.5', '1e3', '12345678901234567890']) {
      a.sendRaw(`2[${name},"payload"]`);
      a.sendRaw(`2["${name}","payload"]`);
    }
    a.emit('offer', 'still here');
    await sync();
  });

  scenario('volatile events of a client that can write', { since: '3.0.5' }, async ({ a, b, sync }) => {
    const each = async (emit) => {
      await a.idle();
      emit(a.socket.volatile);
      await sync();
    };
    await each((volatile) => volatile.emit('offer', 'volatile'));
    await each((volatile) => volatile.emit('message', { channel: b.id, message: 'volatile' }));
    await each((volatile) => volatile.emit('answer', 1, () => a.record('acknowledged')));
  });

  scenario(
    'volatile events of a client that is not connected',
    { since: '3.0.5', joined: ['b', 'c'] },
    async ({ enter, sync }) => {
      const a = enter('a');
      a.socket.volatile.emit('offer', 'dropped');
      a.socket.emit('offer', 'kept');
      await a.settled();
      await sync();
    },
  );

  scenario('compress asked for or not', { since: '1.7.4' }, async ({ a, sync }) => {
    a.socket.compress(false).emit('offer', 'x'.repeat(3000));
    a.socket.compress(true).emit('answer', 'y'.repeat(3000));
    await sync();
  });
});
