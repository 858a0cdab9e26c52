// The JavaScript in docs/protocol.md does what is said about it, in every version.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, afterEach, before, test } from 'node:test';
import { startServer } from '../../lib/server.mjs';
import { until } from '../../lib/until.mjs';

const require = createRequire(import.meta.url);
const text = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
const [fromURL, fiveLines] = [...text.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

const sockets = [];
afterEach(() => { for (const socket of sockets.splice(0)) socket.close(); });

/** The global io of a page of its own: its connection is shared with no other. */
function ioOf(client) {
  const connect = (url) => {
    const socket = client(url, { forceNew: true });
    sockets.push(socket);
    return socket;
  };
  return { connect };
}

/** Opens a page with the first example and an address such as "?room=a". */
function openWithAddress(client, search) {
  const socket = new Function('io', 'server', 'location', `${fromURL}; return socket;`)(ioOf(client), server.url, { search });
  const heard = [];
  socket.on('offer', (offer) => heard.push(offer));
  return { socket, heard };
}

/** Opens a page with the five lines, and notes what it is to do. */
function openInKitchen(client) {
  const did = [];
  const note = (what) => (...args) => did.push([what, ...args]);
  const run = new Function('io', 'server', 'call', 'receive', 'hangUp', `${fiveLines}; return { socket, send };`);
  return { did, ...run(ioOf(client), server.url, note('call'), note('receive'), note('hangUp')) };
}

for (const name of ['client-1.7.4', 'client-2.5.0', 'client-3.1.3', 'client-4.8.4']) {
  const client = require(name);

  test(`${name}: a page with its room in the address is heard in that room only`, async () => {
    // Rooms of this test's own: nobody waits for what is said in b to arrive.
    const [roomA, roomB] = [`?room=a-${name}`, `?room=b-${name}`];
    const [a, also, b, lobby, same] = [roomA, roomA, roomB, '', '?room=lobby'].map((search) => openWithAddress(client, search));
    await until('all are connected', () => [a, also, b, lobby, same].every(({ socket }) => socket.connected));
    a.socket.emit('offer', 'in a');
    lobby.socket.emit('offer', 'in the lobby');
    b.socket.emit('offer', 'in b');
    await until('the offers have come', () => also.heard.length > 0 && same.heard.length > 0);
    assert.deepEqual([a, also, b, lobby, same].map(({ heard }) => heard), [[], ['in a'], [], [], ['in the lobby']]);
  });

  test(`${name}: five lines know who is there and speak to one`, async () => {
    const first = openInKitchen(client);
    await until('the first is there', () => first.socket.connected);
    await new Promise((joined) => { first.socket.emit('join', 'kitchen', joined); });
    const second = openInKitchen(client);
    await until('the second has called', () => second.did.length === 1);
    assert.deepEqual(second.did.splice(0), [['call', first.socket.id]]);
    const { id } = second.socket;
    second.send(first.socket.id, { sdp: 'v=0' });
    await until('the first has heard', () => first.did.length === 1);
    assert.deepEqual(first.did.splice(0), [['receive', id, { sdp: 'v=0' }]]);
    second.socket.close();
    await until('the first knows that it is gone', () => first.did.length === 1);
    assert.deepEqual(first.did, [['hangUp', id]]);
  });
}
