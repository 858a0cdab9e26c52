// Rows of the options and hooks that let an application decide: see rows.mjs.
import { WebSocket } from 'ws';
import { until } from '../../lib/until.mjs';
import { ask, client, connected, echo, handshake, outcome, seen } from './clients.mjs';

const websocket = { transports: ['websocket'] };
const polling = { transports: ['polling'] };
const transportsOf = { websocket, polling };
const origin = 'https://a.example';

const corsHeaders = ['allow-origin', 'allow-credentials', 'allow-methods', 'allow-headers', 'expose-headers', 'max-age']
  .map((name) => `access-control-${name}`).concat('vary');

/** The CORS headers of a handshake and of a preflight. */
async function askAcross({ url }, note) {
  const plain = await ask(url + handshake, { headers: { origin }, pick: corsHeaders });
  note(plain.status, ...plain.headers);
  const asked = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-b' };
  const preflight = await ask(url + handshake, { method: 'OPTIONS', headers: asked, pick: corsHeaders });
  note(preflight.status, ...preflight.headers);
}

/** The headers of the answer to a WebSocket's opening handshake. */
function upgradeHeaders(url, pick) {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  return new Promise((resolve, reject) => {
    ws.on('error', reject);
    ws.on('upgrade', ({ headers }) => {
      resolve(pick.map((name) => headers[name] ?? null));
      ws.on('open', () => ws.close());
    });
  });
}

export const hookRows = [
  {
    name: 'cors: none by default',
    run: askAcross,
    want: [[200, null, null, null, null, null, null, null], [400, null, null, null, null, null, null, null]],
  },
  {
    name: 'cors: any origin, with credentials',
    settings: { options: { cors: { origin: true, credentials: true } } },
    run: askAcross,
    want: [[200, origin, 'true', null, null, null, null, 'Origin'],
      [204, origin, 'true', 'GET,HEAD,PUT,PATCH,POST,DELETE', 'x-b', null, null, 'Origin, Access-Control-Request-Headers']],
  },
  {
    name: 'cors: one origin, and what else there is to set',
    settings: { options: { cors: { origin: 'https://b.example', methods: ['GET', 'POST'], exposedHeaders: ['x-a', 'x-c'], maxAge: 600 } } },
    run: askAcross,
    want: [[200, 'https://b.example', null, null, null, 'x-a,x-c', null, 'Origin'],
      [204, 'https://b.example', null, 'GET,POST', 'x-b', 'x-a,x-c', '600', 'Origin, Access-Control-Request-Headers']],
  },
  {
    name: 'cors: a list with the origin',
    settings: { options: { cors: { origin: ['https://b.example', origin] } } },
    run: askAcross,
    want: [[200, origin, null, null, null, null, null, 'Origin'],
      [204, origin, null, 'GET,HEAD,PUT,PATCH,POST,DELETE', 'x-b', null, null, 'Origin, Access-Control-Request-Headers']],
  },
  {
    name: 'cors: the origin false is none at all',
    settings: { options: { cors: { origin: false, credentials: true } } },
    run: askAcross,
    want: [[200, null, null, null, null, null, null, null], [400, null, null, null, null, null, null, null]],
  },
  {
    name: 'cookie: Lax, for every path and hidden from scripts unless told otherwise',
    settings: { options: { cookie: { name: 'sio' } } },
    async run({ url }, note) {
      const { headers: [cookie], sid } = await ask(url + handshake, { pick: ['set-cookie'] });
      note(...cookie.split('; ').sort());
      const later = await ask(`${url}${handshake}&sid=${sid}`, { method: 'POST', body: '40', pick: ['set-cookie'] });
      note(...later.headers, ...await upgradeHeaders(url, ['set-cookie']));
      const socket = await connected('4.8.4', url, { withCredentials: true });
      note(await echo(socket, 'a client that sends it back'));
    },
    want: [['HttpOnly', 'Path=/', 'SameSite=Lax', 'sio=SID'], [null, null], ['a client that sends it back']],
  },
  ...['polling', 'websocket'].map((transport) => ({
    name: `allowRequest: who is refused is told, ${transport}`,
    settings: { features: ['allowRequest'], options: { allowEIO3: true } },
    async run({ url, log }, note) {
      for (const version of ['1.7.4', '2.5.0', '4.8.4']) {
        const options = transportsOf[transport];
        note(version, (await outcome(client(version, url, options)))[0]);
        note(version, (await outcome(client(version, url, { ...options, query: { token: 'secret' } })))[0]);
      }
      note((await log()).log[0]);
      const refused = await ask(url + handshake);
      note(refused.status, refused.body);
    },
    want: [['1.7.4', 'failed'], ['1.7.4', 'connect'], ['2.5.0', 'failed'], ['2.5.0', 'connect'], ['4.8.4', 'failed'],
      ['4.8.4', 'connect'], ['refused: 4 Forbidden {"message":"no token"}'], [403, '{"code":4,"message":"no token"}']],
  })),
  {
    name: 'connection_error: each refusal is told, with its context',
    settings: {},
    async run({ url, log }, note) {
      for (const target of ['?transport=tcp', '?EIO=4&transport=polling&sid=none', '?EIO=4&transport=websocket', '?EIO=3&transport=polling']) {
        note((await ask(`${url}/socket.io/${target}`)).status);
      }
      note((await ask(url + handshake, { method: 'POST', body: '' })).status);
      const { sid } = await connected('4.8.4', url, polling).then(({ io }) => ({ sid: io.engine.id }));
      note((await ask(`${url}/socket.io/?EIO=4&transport=websocket&sid=${sid}`)).status);
      note((await ask(`${url}/socket.io/?EIO=3&transport=polling&sid=${sid}`)).status);
      for (const line of (await log()).log) note(line);
    },
    want: [[400], [400], [400], [400], [400], [400], [400],
      ['refused: 0 Transport unknown {"transport":"tcp"}'],
      ['refused: 1 Session ID unknown {"sid":"none"}'],
      ['refused: 3 Bad request {"name":"TRANSPORT_HANDSHAKE_ERROR"}'],
      ['refused: 5 Unsupported protocol version {"protocol":3}'],
      ['refused: 2 Bad handshake method {"method":"POST"}'],
      ['refused: 3 Bad request {"name":"TRANSPORT_MISMATCH","previousTransport":"polling","transport":"websocket"}'],
      ['refused: 3 Bad request {"name":"PROTOCOL_MISMATCH","previousProtocol":4,"protocol":3}']],
  },
  {
    name: 'initial_headers and headers: the first of a session, and all',
    settings: { features: ['headers'] },
    async run({ url }, note) {
      const pick = ['x-initial', 'x-all'];
      const first = await ask(url + handshake, { pick });
      const later = await ask(`${url}${handshake}&sid=${first.sid}`, { method: 'POST', body: '40', pick });
      note(first.headers, later.headers, await upgradeHeaders(url, pick));
    },
    want: [[['polling', 'polling'], [null, 'polling'], ['websocket', 'websocket']]],
  },
  {
    name: 'engine.use: it sets headers, refuses and answers',
    settings: { features: ['engineMiddleware'] },
    async run({ url, log }, note) {
      const pick = ['x-middleware'];
      note(...(await ask(url + handshake, { pick })).headers, ...await upgradeHeaders(url, pick));
      for (const what of ['fail', 'answer']) {
        const { status, body } = await ask(`${url}${handshake}&do=${what}`);
        note(what, status, body);
        for (const transport of [polling, websocket]) {
          note((await outcome(client('4.8.4', url, { ...transport, query: { do: what } })))[0]);
        }
      }
      note((await log()).log[0]);
      note((await outcome(client('4.8.4', url)))[0]);
    },
    want: [['was here', 'was here'],
      ['fail', 400, '{"code":3,"message":"Bad request"}'], ['failed'], ['failed'],
      ['answer', 401, 'who are you?'], ['failed'], ['failed'],
      ['refused: 3 Bad request {"name":"MIDDLEWARE_FAILURE"}'], ['connect']],
  },
  {
    name: 'io.use: it lets in and refuses, with data and without',
    settings: { features: ['middleware'], options: { allowEIO3: true } },
    async run({ url }, note) {
      const auth = { token: 'secret' };
      note(...await outcome(client('4.8.4', url)));
      note(...await outcome(client('4.8.4', url, { auth })));
      note(...await outcome(client('4.8.4', url, { auth, namespace: '/closed' })));
      note(...await outcome(client('4.8.4', url, { namespace: '/nowhere' })));
      for (const version of ['1.7.4', '2.5.0']) {
        note(version, ...await outcome(client(version, url)));
        note(version, ...await outcome(client(version, url, { query: auth })));
      }
    },
    want: [['failed', 'no token', { code: 7 }], ['connect'], ['failed', 'closed'], ['failed', 'Invalid namespace'],
      ['1.7.4', 'failed', { code: 7 }], ['1.7.4', 'connect'], ['2.5.0', 'failed', { code: 7 }], ['2.5.0', 'connect']],
  },
  {
    name: 'socket.use: an event is let through or refused',
    settings: { features: ['eventMiddleware'] },
    async run({ url, log }, note) {
      const socket = await connected('4.8.4', url);
      socket.emit('forbidden', 1);
      note(await echo(socket, 'allowed'));
      await seen(socket, 'refused');
      note(...socket.seen.at(-1));
      note(...(await log()).log);
    },
    want: [['allowed'], ['refused', 'forbidden'], ['any: forbidden', 'any: echo']],
  },
  ...[true, false].map((cleanup) => ({
    name: `cleanupEmptyChildNamespaces: ${cleanup}`,
    settings: { options: { cleanupEmptyChildNamespaces: cleanup } },
    async run({ url, log }, note) {
      const one = await connected('4.8.4', url, { namespace: '/room-1' });
      const two = await connected('4.8.4', url, { namespace: '/room-1' });
      const rooms = async () => (await log()).rooms;
      note(await rooms());
      one.disconnect();
      two.disconnect();
      const other = await connected('4.8.4', url, { namespace: '/room-2' });
      if (cleanup) await until('the empty one is gone', async () => (await rooms()).length === 1);
      note((await rooms()).sort(), other.nsp);
      note((await connected('4.8.4', url, { namespace: '/room-1' })).connected);
    },
    want: [[['/room-1']], [cleanup ? ['/room-2'] : ['/room-1', '/room-2'], '/room-2'], [true]],
  })),
  ...['polling', 'websocket'].map((transport) => ({
    name: `connectionStateRecovery: a call goes on where it was lost, ${transport}`,
    settings: { options: { connectionStateRecovery: {} }, features: ['middleware'] },
    async run({ url, log }, note) {
      const auth = { token: 'secret' };
      const callee = await connected('4.8.4', url, { ...transportsOf[transport], auth });
      const caller = await connected('4.8.4', url, { ...websocket, auth });
      const { id } = callee;
      caller.emit('offer', { sdp: 'first' });
      await seen(callee, 'offer');
      callee.io.engine.close();
      await until('the server has seen the loss', async () => (await log()).log.some((line) => line.startsWith('disconnect')));
      caller.emit('offer', { sdp: 'missed' });
      caller.emit('message', { channel: id, message: 'missed too' });
      await echo(caller, 'so they are sent');
      callee.connect(); // by hand, so that it is not too early on a busy machine
      await seen(callee, 'connect', 2);
      await seen(callee, 'message');
      caller.emit('offer', { sdp: 'last' });
      await seen(callee, 'offer', 3);
      note(callee.recovered, callee.id === id);
      for (const line of callee.seen) note(...line.slice(0, 2));
      note((await log()).log.filter((line) => line === 'middleware').length);
    },
    want: [[true, true], ['connect'], ['offer', { sdp: 'first' }], ['disconnect', 'forced close'],
      ['offer', { sdp: 'missed' }], ['message', 'missed too'], ['connect'], ['offer', { sdp: 'last' }], [2]],
  })),
  ...[
    ['off by default', {}],
    ['over when the time is', { connectionStateRecovery: { maxDisconnectionDuration: 30, skipMiddlewares: false } }],
  ].map(([what, options]) => ({
    name: `connectionStateRecovery: ${what}`,
    settings: { options },
    async run({ url }, note) {
      const socket = await connected('4.8.4', url);
      const caller = await connected('4.8.4', url, websocket);
      const { id } = socket;
      caller.emit('offer', 1);
      await seen(socket, 'offer');
      socket.io.engine.close();
      await new Promise((later) => setTimeout(later, 100));
      socket.connect();
      await seen(socket, 'connect', 2);
      note(Boolean(socket.recovered), socket.id === id);
    },
    want: [[false, false]],
  })),
];
