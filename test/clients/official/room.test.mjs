// Rooms: a client of any version is in one by its URL, by auth, or by joining, and what is said in a
// room stays there.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { assertHeard, closeAll, connect, connectAll, kind, kinds, Peer, settle } from '../peer.mjs';
import { startServer } from '../../lib/server.mjs';
import { until } from '../../lib/until.mjs';

let server;
before(async () => { server = await startServer(['-addr', '127.0.0.1:0', '-room-peers', '13', '-name-length', '20']); });
afterEach(closeAll);
after(() => server?.stop());

/** Connects with a room in the URL, as a page whose event code cannot be changed. */
const connectTo = (room, kind, options) => connect(`${server.url}?room=${encodeURIComponent(room)}`, kind, options);

/** Emits a request and resolves with its acknowledgement. */
const ask = (peer, event, argument) => new Promise((answered) => { peer.emit(event, argument, answered); });

/** Does the client of this version know the option auth, which came with 3.0? */
const knowsAuth = ({ version }) => Number.parseInt(version, 10) >= 3;

test('clients of every kind in one room by its URL, and outsiders of every kind', async () => {
  const inside = [];
  for (const kind of kinds) inside.push(await connectTo('a room & more', kind));
  const outside = await connectAll(server.url, kinds);
  await settle(inside);
  for (const peer of [...inside, ...outside]) peer.takeHeard(); // who has come
  for (const speaker of [inside[0], inside.at(-1), outside[0], outside.at(-1)]) {
    speaker.emit('offer', { from: speaker.id });
    speaker.emit('message', { channel: [], message: { from: speaker.id } });
  }
  await Promise.all([settle(inside), settle(outside)]);
  for (const group of [inside, outside]) {
    for (const peer of group) {
      const others = [group[0], group.at(-1)].filter((speaker) => speaker !== peer);
      const heard = new Map(others.map(({ id }) => [id, []]));
      for (const [event, { from }] of peer.takeHeard()) heard.get(from).push(event); // fails for another group's
      assert.deepEqual([...heard.values()], others.map(() => ['offer', 'message']));
    }
  }
});

for (const one of kinds) {
  describe(one.name, () => {
    test('is in the room of its URL before anything else', async () => {
      const first = await connectTo('url', kind('4.8.4', 'websocket'));
      const peer = await connectTo('url', one);
      assert.deepEqual(await ask(peer, 'join', 'url'), { ok: true, room: 'url', id: peer.id, peers: [{ id: first.id }] });
      await settle([first, peer]);
      assertHeard(first, [['peer-joined', { room: 'url', id: peer.id }]]);
      const { id } = peer;
      peer.close();
      await until('it is told who has gone', () => first.heard.length > 0);
      const [[event, { reason, ...rest }]] = first.takeHeard();
      assert.deepEqual([event, rest], ['peer-left', { room: 'url', id }]);
      assert.match(reason, /^(client namespace disconnect|transport close|transport error)$/);
    });

    test('is in the room of its query, or of auth where there is one, with its name', async () => {
      const first = await connectTo('other', kind('4.8.4', 'websocket'));
      const where = { room: 'other', name: 'Ann' };
      const options = knowsAuth(one) ? { auth: where } : { query: new URLSearchParams(where).toString() };
      const peer = await connect(server.url, one, options);
      await settle([first, peer]);
      assertHeard(first, [['peer-joined', { room: 'other', id: peer.id, name: 'Ann' }]]);
    });

    test('joins, signals and leaves', async () => {
      const [first, peer, outsider] = await connectAll(server.url, [kind('4.8.4', 'websocket'), one, kind('4.8.4', 'websocket')]);
      assert.deepEqual(await ask(first, 'join', { room: 'r', name: 'Ann' }), { ok: true, room: 'r', id: first.id, peers: [] });
      assert.deepEqual(await ask(peer, 'join', 'r'), { ok: true, room: 'r', id: peer.id, peers: [{ id: first.id, name: 'Ann' }] });
      assert.deepEqual(await ask(first, 'signal', { to: peer.id, data: { sdp: 'v=0\r\n' } }), { ok: true });
      assert.deepEqual(await ask(peer, 'signal', { to: first.id, data: Buffer.from('bytes') }), { ok: true });
      assert.equal((await ask(peer, 'signal', { to: outsider.id, data: 1 })).error.code, 'unknown_peer');
      peer.emit('offer', 1);
      assert.deepEqual(await ask(peer, 'leave', 'r'), { ok: true, room: 'r' });
      assert.equal((await ask(peer, 'leave', 'r')).error.code, 'not_in_room');
      await settle([peer, outsider]);
      await until('the other has heard it all', () => first.heard.length === 4);
      assertHeard(peer, [['signal', { from: first.id, data: { sdp: 'v=0\r\n' } }]]);
      assertHeard(first, [
        ['peer-joined', { room: 'r', id: peer.id }],
        ['signal', { from: peer.id, data: Buffer.from('bytes') }],
        ['offer', 1],
        ['peer-left', { room: 'r', id: peer.id, reason: 'leave' }],
      ]);
      assertHeard(outsider, []);
    });

    test('is told why it cannot be in the room of its URL', async () => {
      const peer = new Peer(`${server.url}?room=${'x'.repeat(21)}`, one);
      const refused = await new Promise((told) => { peer.socket.on(knowsAuth(one) ? 'connect_error' : 'error', told); });
      const { code, message } = knowsAuth(one) ? refused.data : refused;
      assert.equal(code, 'name_too_long');
      assert.equal(message, 'The name of a room may have 20 characters: choose a shorter one.');
      assert.equal(peer.socket.connected, false);
    });
  });
}
