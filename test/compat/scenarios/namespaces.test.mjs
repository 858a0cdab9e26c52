// Namespaces: there is only "/".
import { atLeast } from '../harness/cells.mjs';
import { family } from '../harness/scenario.mjs';

const ABSENT = [
  '/nope',
  '/nope/below',
  '/日本',
  '/with space',
  '/with,comma',
  '/__proto__',
  '/5',
  '/nope?token=x',
];

// The refusal has come, or never will: twice there and back by the root of the
// same connection, which the server serves in order.
async function answered(root, b, sync) {
  await sync(root, b);
  await sync(root, b);
}

family('namespaces', (scenario) => {
  for (const nsp of ABSENT) {
    scenario(`${nsp} does not exist`, { joined: ['b'], mixed: false }, async ({ b, join, share, sync }) => {
      const root = await join('a');
      const absent = share(root, 'a2', nsp);
      await answered(root, b, sync);
      absent.emit('offer', 'into the void');
      root.emit('offer', 'from the root');
      await sync(root, b);
    });
  }

  scenario('nothing but one that does not exist', { joined: ['b'] }, async ({ enter }) => {
    const a = enter('a', { nsp: '/nope' });
    await a.poll('a refusal', () => a.count('error') + a.count('connect_error') > 0);
  });

  scenario('the absent one first', { joined: ['b'], since: '3.0.5' }, async ({ b, enter, share, sync }) => {
    const absent = enter('a2', { nsp: '/nope' }, 'a');
    await absent.poll('a refusal', () => absent.count('error') + absent.count('connect_error') > 0);
    // A newer client that was refused its only namespace closes the connection.
    if (atLeast(absent.version, '4.5.4')) {
      await absent.poll('the end of the connection', () => absent.engine.readyState === 'closed');
    }
    const root = share(absent, 'a', '/');
    await root.settled();
    root.emit('offer', 'from the root');
    await sync(root, b);
  });

  scenario(
    'a packet for one that was not joined',
    { joined: ['b', 'c'], mixed: false },
    async ({ b, join, fate }) => {
      const a = await join('a');
      a.sendRaw('2/nope,["offer",1]');
      await fate(a, b);
    },
  );

  scenario(
    'the root left, then joined again on the same connection',
    { joined: ['b', 'c'], mixed: false, since: '3.0.5' },
    async ({ b, join, fate }) => {
      const a = await join('a');
      a.sendRaw('1');
      await a.heard();
      a.sendRaw('0');
      await a.saw('connect', 2);
      await fate(a, b);
    },
  );
});
