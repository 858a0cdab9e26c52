// Ways to connect: query, auth, options of the client, several connections.
import { family } from '../harness/scenario.mjs';

const QUERIES = {
  plain: { id: '5', token: 'abc' },
  unicode: { name: 'Jürgen 日本 🎥', 'odd key&=': '%25 +&=#?' },
  'names that look like code': { __proto__x: '1', constructor: '2', toString: '3', '': '4' },
  empty: {},
  'a j without JSONP': { j: '' },
};

const AUTHS = {
  'no object': undefined,
  'empty object': {},
  token: { token: 'secret', nested: { list: [1, null, 'é 🎥 \u2028'] } },
  'an own __proto__': JSON.parse('{"__proto__":{"admin":true}}'),
  null: null,
  text: 'secret',
  number: 5,
  true: true,
  list: ['secret'],
  'empty list': [],
  'a pid of nobody': { pid: 'nobody', offset: 'nothing' },
  'a function': (answer) => answer({ token: 'later' }),
};

// Connects a so, and sees whether it can talk with b.
const entering =
  (options) =>
  async ({ b, enter, sync, fate }) => {
    const a = enter('a', options);
    await a.poll('an outcome', () => a.connected || a.trace.length > 0);
    if (!a.connected) return;
    await a.settled();
    await fate(a, b);
    b.emit('message', { channel: a.id, message: 'welcome' });
    await sync();
  };

family('handshake', (scenario) => {
  const one = { joined: ['b'], mixed: false };

  for (const [title, query] of Object.entries(QUERIES)) {
    scenario(`query: ${title}`, one, entering({ query }));
  }
  scenario('query in the address', one, entering({ nsp: '/?a=1&b=%26' }));
  scenario('query as text', { ...one, since: '1.0.6' }, entering({ query: 'a=1&b=%26&a=2' }));

  for (const [title, auth] of Object.entries(AUTHS)) {
    scenario(`auth: ${title}`, { ...one, since: '3.0.5' }, entering({ auth }));
  }

  scenario('path with a slash at its end', one, entering({ path: '/socket.io/' }));
  scenario('path that nobody serves', one, entering({ path: '/nowhere' }));
  scenario('path below the served one', one, entering({ path: '/socket.io/below' }));
  scenario(
    'no slash after the path',
    { ...one, since: '4.8.4', transports: ['polling', 'upgrade'] },
    entering({ addTrailingSlash: false }),
  );
  scenario('base64 asked for', one, entering({ forceBase64: true }));
  scenario(
    'no upgrade wanted',
    { ...one, transports: ['polling'] },
    entering({ transports: ['polling', 'websocket'], upgrade: false }),
  );
  scenario(
    'WebSocket first, polling behind it',
    { ...one, transports: ['websocket'] },
    entering({ transports: ['websocket', 'polling'], tryAllTransports: true }),
  );
  scenario(
    'timestamps in every request',
    one,
    entering({ timestampRequests: true, timestampParam: 'stamp' }),
  );
  scenario(
    'headers of its own',
    { ...one, since: '1.7.4' },
    entering({
      extraHeaders: {
        Authorization: 'Bearer x',
        Origin: 'https://other.example',
        'X-Odd': 'é'.normalize('NFD').slice(0, 1),
      },
    }),
  );
  scenario('credentials', one, entering({ withCredentials: true }));
  scenario(
    'subprotocols',
    { ...one, since: '3.0.5', transports: ['websocket', 'upgrade'] },
    entering({ protocols: ['one', 'two'] }),
  );
  scenario(
    'compression offered',
    { ...one, since: '1.7.4' },
    entering({ perMessageDeflate: { threshold: 0 } }),
  );

  scenario('forceNew: two connections of one client', { joined: ['b'] }, async ({ join, b, sync }) => {
    const a = await join('a');
    const a2 = await join('a2', {}, 'a');
    a.emit('offer', 'from the first');
    await sync();
    a2.emit('offer', 'from the second');
    await sync();
    b.emit('message', { channel: a2.id, message: 'for the second' });
    await sync();
  });

  scenario('without forceNew: the same address twice', { joined: ['b'] }, async ({ b, join, sync }) => {
    const a = await join('a', { forceNew: false });
    const a2 = await join('a2', { forceNew: false }, 'a');
    const same = a.socket === a2.socket;
    a.record('one socket for both', same);
    const present = same ? [a, b] : [a, a2, b];
    a.emit('offer', 'from the first');
    await sync(...present);
    a2.emit('offer', 'from the second');
    await sync(...present);
  });

  scenario(
    'events emitted before the connection stands',
    { joined: ['b', 'c'] },
    async ({ b, c, enter, sync }) => {
      const a = enter('a');
      for (let i = 0; i < 5; i++) a.emit('offer', i);
      a.emit('message', { channel: [b.id, c.id], message: 'early' });
      a.emit('answer', 'last');
      await a.settled();
      await sync();
    },
  );

  scenario('twenty clients at once', { joined: ['b'], mixed: false }, async ({ b, enter, sync }) => {
    const crowd = Array.from({ length: 20 }, (_, i) => enter(`a${i}`, {}, 'a'));
    await Promise.all(crowd.map((peer) => peer.settled()));
    b.emit('offer', 'to the crowd');
    await sync();
    b.emit('message', { channel: crowd.map((peer) => peer.id), message: 'by name' });
    await sync();
  });
});
