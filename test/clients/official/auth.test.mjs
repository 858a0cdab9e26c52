// Clients of every version come in with a token, and learn why when they may not.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, afterEach, before, describe, test } from 'node:test';
import { closeAll, connect, kinds, Peer } from '../peer.mjs';
import { startServer } from '../../lib/server.mjs';
import { until } from '../../lib/until.mjs';

const secret = 'the key of these tests, 32 bytes';
const audience = 'signaling';

/** A JWT of HS256 with these claims, good for a minute unless they say otherwise. */
function sign(claims = {}, key = secret) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ exp: Date.now() / 1000 + 60, aud: audience, ...claims })}`;
  return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`;
}

const hasAuth = (version) => !/^[12]\./.test(version); // the auth option came with 3.0

/** The ways in which a client of that version can send a token, as options of its constructor. */
function ways(version) {
  return {
    ...(hasAuth(version) && { 'auth.token': (token) => ({ auth: { token } }) }),
    'the query': (token) => ({ query: { token } }),
    'a header': (token) => ({ extraHeaders: { Authorization: `Bearer ${token}` } }),
  };
}

const refused = [
  ['no token', () => undefined, 'token_missing'],
  ['an expired token', () => sign({ exp: Date.now() / 1000 - 3600 }), 'token_expired'],
  ['a token for somebody else', () => sign({ aud: 'other' }), 'token_invalid'],
  ['a token of another key', () => sign({}, 'another key of these tests, 32 b'), 'token_invalid'],
  ['a token without algorithm', () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${sign().split('.')[1]}.`, 'token_invalid'],
];

/** What the server told a client that it refused: { message, data }, as the version delivers it. */
async function refusal(peer) {
  let error;
  // Versions before 3.0 call it error and hand over the data alone.
  peer.socket.on(hasAuth(peer.kind.version) ? 'connect_error' : 'error', (e) => { error = e; });
  await until(`${peer.kind.name} is refused`, () => error !== undefined);
  return hasAuth(peer.kind.version) ? { message: error.message, data: error.data } : { message: error.message, data: error };
}

let server;
before(async () => {
  process.env.SIGNALING_AUTH_SECRET = secret; // the way that shows in no list of processes
  server = await startServer(['-addr', '127.0.0.1:0', '-auth', 'jwt', '-auth-audience', audience]);
  delete process.env.SIGNALING_AUTH_SECRET;
});
afterEach(closeAll);
after(() => server?.stop());

for (const kind of kinds) {
  describe(kind.name, () => {
    for (const [way, options] of Object.entries(ways(kind.version))) {
      test(`comes in with a token in ${way}`, async () => {
        const peer = await connect(server.url, kind, options(sign()));
        const other = await connect(server.url, kind, options(sign()));
        other.emit('message', { channel: peer.id, message: 'welcome' });
        await until('the message has arrived', () => peer.heard.length > 0);
        assert.deepEqual(peer.takeHeard(), [['message', 'welcome']]);
      });
    }

    for (const [what, token, code] of refused) {
      test(`is refused with ${what}`, async () => {
        const way = hasAuth(kind.version) ? 'auth.token' : 'the query';
        const given = token();
        const peer = new Peer(server.url, kind, given && ways(kind.version)[way](given));
        const { message, data } = await refusal(peer);
        assert.equal(data.code, code);
        assert.equal(data.message, message);
        assert.match(message, /token/);
        assert.equal(peer.socket.connected, false);
      });
    }
  });
}

test('4.8.4 comes in once it has a new token', async () => {
  const kind = kinds.find(({ version, transport }) => version === '4.8.4' && transport === 'upgrade');
  let fresh = false;
  const peer = new Peer(server.url, kind, { auth: (give) => give({ token: sign(fresh ? {} : { exp: 1 }) }) });
  const { data } = await refusal(peer);
  assert.equal(data.code, 'token_expired');
  fresh = true; // what a page does that asks its own server for another one
  peer.socket.connect();
  await until('it is connected', () => peer.socket.connected);
});
