// Rows of the MessagePack parser: see rows.mjs.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { WebSocket } from 'ws';
import parser from 'socket.io-msgpack-parser';
import { until } from '../../lib/until.mjs';
import { client, connected, echo, outcome, seen } from './clients.mjs';

const require = createRequire(import.meta.url);
const { encode } = require('notepack.io');

const settings = { options: { parser: 'msgpack' } };
const websocket = { transports: ['websocket'], parser };
const polling = { transports: ['polling'], parser };
const upgrade = { transports: ['polling', 'websocket'], parser };

/** A value with all that JSON has not, as text: undefined, NaN, dates and bytes are told apart. */
const show = (value) => inspect(value, { depth: Infinity, maxArrayLength: 20, maxStringLength: 60, breakLength: Infinity, sorted: true });

const payloads = [
  { type: 'offer', sdp: 'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n' },
  null, true, 'ünïcödé 😀 \u2028', '', [], {}, [[[]]], 0, -1, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32, 2 ** 53, -32, -33, -128, -129,
  -32_768, -32_769, -(2 ** 31), -(2 ** 31) - 1, 0.5, 1e-300, Number.NaN, Infinity, -Infinity,
  undefined, { missing: undefined }, [undefined], new Date(1_700_000_000_000), new Date(-1),
  Buffer.from('bytes'), new Uint8Array([1, 2, 3]).buffer, { deep: [{ bytes: Buffer.alloc(300, 7) }] }, Buffer.alloc(70_000, 1),
  'x'.repeat(31), 'x'.repeat(32), 'x'.repeat(255), 'x'.repeat(256), 'x'.repeat(65_536), Array(15).fill(1), Array(16).fill(2), Array(70_000).fill(3),
  Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`key ${i}`, i])),
];

/** Those that Go's listeners hear as they were sent: to them undefined is nil, and all bytes are the same. */
const heardAsSent = payloads.filter((payload) => !/undefined|ArrayBuffer/.test(show(payload)));

/** As much of a browser's as the bundle uses. */
class FileReader {
  async readAsDataURL(blob) {
    this.result = `data:;base64,${Buffer.from(await blob.arrayBuffer()).toString('base64')}`;
    this.onload();
  }
}

/** The browser's bundle as Node serves it, and we do, in what a page gives it. */
function bundle() {
  const { XMLHttpRequest } = require('xmlhttprequest-ssl');
  const page = { WebSocket, XMLHttpRequest, Blob, FileReader, ArrayBuffer, Uint8Array, setTimeout, clearTimeout };
  page.window = page.self = page.globalThis = page;
  createContext(page);
  runInContext(readFileSync(new URL('../../../internal/web/npm/node_modules/socket.io-client/dist/socket.io.msgpack.min.js', import.meta.url), 'utf8'), page);
  return page.io;
}

/** A packet that a raw client sends, and whether the server closes for it. */
const packets = [
  ['an event', encode({ type: 2, nsp: '/', data: ['nothing', 1] }), false],
  ['an event with members that mean nothing', encode({ type: 2, nsp: '/', data: ['nothing'], options: { compress: true }, more: [1] }), false],
  ['an event without a name', encode({ type: 2, nsp: '/', data: [] }), false],
  ['an event whose name is null', encode({ type: 2, nsp: '/', data: [null] }), false],
  ['an event whose name is a number', encode({ type: 2, nsp: '/', data: [5] }), false],
  ['an acknowledgement that nobody waits for', encode({ type: 3, nsp: '/', data: [1], id: 7 }), false],
  ['a type that is a float', Buffer.concat([Buffer.from([0x83, 0xa4]), Buffer.from('type'), Buffer.from([0xcb, 0x40, 0, 0, 0, 0, 0, 0, 0, 0xa3]), Buffer.from('nsp'), encode('/'), Buffer.from([0xa4]), Buffer.from('data'), encode(['x'])]), false],
  ['a type that is unknown', encode({ type: 5, nsp: '/', data: ['x'] }), true],
  ['a type that is text', encode({ type: '2', nsp: '/', data: ['x'] }), true],
  ['no type', encode({ nsp: '/', data: ['x'] }), true],
  ['no namespace', encode({ type: 2, data: ['x'] }), true],
  ['a namespace it has not joined', encode({ type: 2, nsp: '/other', data: ['x'] }), true],
  ['a payload that is no array', encode({ type: 2, nsp: '/', data: { 0: 'x' } }), true],
  ['no payload', encode({ type: 2, nsp: '/' }), true],
  ['a DISCONNECT with a payload', encode({ type: 1, nsp: '/', data: null }), true],
  ['an id that is text', encode({ type: 2, nsp: '/', data: ['x'], id: '1' }), true],
  ['an id that is null', encode({ type: 2, nsp: '/', data: ['x'], id: null }), true],
  ['a second CONNECT', encode({ type: 0, nsp: '/' }), true],
  ['a CONNECT_ERROR', encode({ type: 4, nsp: '/', data: 'no' }), true],
  ['what is no map', encode(['x']), true],
  ['an empty message', Buffer.alloc(0), true],
  ['a byte that means nothing', Buffer.from([0xc1]), true],
  ['bytes behind it', Buffer.concat([encode({ type: 2, nsp: '/', data: ['x'] }), Buffer.from([0])]), true],
  ['text', '2["x"]', true],
];

/** Whether the server closes a connection that has joined the namespace and sends a message. */
function closesFor(url, message) {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    let told = 0;
    ws.on('message', () => {
      told++;
      if (told === 1) ws.send(encode({ type: 0, nsp: '/' }));
      if (told === 2) {
        ws.send(typeof message === 'string' ? `4${message}` : message);
        ws.send(encode({ type: 0, nsp: '/nowhere' })); // answered, if the connection is open
      }
      if (told === 3) ws.close(4000);
    });
    ws.on('close', (code) => resolve(code !== 4000));
    ws.on('error', reject);
  });
}

export const parserRows = [
  ...Object.entries({ websocket, polling, upgrade }).map(([name, options]) => ({
    name: `parser: a call in MessagePack, ${name}`,
    settings,
    async run({ url }, note) {
      const [caller, callee] = [await connected('4.8.4', url, options), await connected('4.8.4', url, options)];
      for (const payload of payloads) caller.emit('offer', payload);
      caller.emit('onicecandidate', { candidate: 'a' }, 'dropped');
      caller.emit('answer');
      caller.emit('message', { channel: callee.id, message: { to: 'you', bytes: Buffer.from([0, 255]) } });
      caller.emit('message', { channel: [callee.id, 'nobody'], message: 1 });
      caller.emit('message', { channel: 'nobody', message: 'lost' });
      caller.emit('message', { channel: [], message: 'all' });
      callee.on('onicecandidate', (...args) => note('candidate', show(args)));
      await seen(callee, 'message', 3);
      for (const [event, ...args] of callee.seen.slice(1)) note(event, show(args));
    },
    want: [
      ['candidate', "[ { candidate: 'a' } ]"],
      ...payloads.map((payload) => ['offer', show([payload])]),
      ['answer', '[ undefined ]'],
      ['message', show([{ to: 'you', bytes: Buffer.from([0, 255]) }])],
      ['message', '[ 1 ]'], ['message', "[ 'all' ]"],
    ],
  })),
  {
    name: 'parser: acknowledgements, and events through listeners',
    settings,
    async run({ url }, note) {
      for (const options of [websocket, polling]) {
        const socket = await connected('4.8.4', url, options);
        for (const value of heardAsSent) {
          if (show(await echo(socket, value)) !== show(value)) note('another value for', show(value));
        }
        note(show(await echo(socket, 'end')));
      }
    },
    want: [["'end'"], ["'end'"]],
  },
  {
    name: 'parser: namespaces, auth, and errors of a CONNECT',
    settings: { ...settings, features: ['middleware'] },
    async run({ url, log }, note) {
      const auth = { token: 'secret' };
      note(...await outcome(client('4.8.4', url, websocket)));
      note(...await outcome(client('4.8.4', url, { ...websocket, auth })));
      note(...await outcome(client('4.8.4', url, { ...polling, auth, namespace: '/closed' })));
      note(...await outcome(client('4.8.4', url, { ...websocket, auth, namespace: '/nowhere' })));
      const room = await connected('4.8.4', url, { ...upgrade, auth, namespace: '/room-7' });
      note(room.id === room.io.engine.id, typeof room.id, (await log()).rooms);
      const socket = await connected('4.8.4', url, { ...websocket, auth });
      socket.emit('leave');
      await seen(socket, 'disconnect');
      note(socket.seen.at(-1)[1]);
      room.disconnect();
      await until('the server has seen it', async () => (await log()).log.includes('disconnect: server namespace disconnect'));
    },
    want: [['failed', 'no token', { code: 7 }], ['connect'], ['failed', 'closed'], ['failed', 'Invalid namespace'],
      [false, 'string', ['/room-7']], ['io server disconnect']],
  },
  {
    name: 'parser: connectionStateRecovery in MessagePack',
    settings: { options: { parser: 'msgpack', connectionStateRecovery: {} } },
    async run({ url, log }, note) {
      const callee = await connected('4.8.4', url, websocket);
      const caller = await connected('4.8.4', url, websocket);
      caller.emit('offer', 'first');
      await seen(callee, 'offer');
      callee.io.engine.close();
      await until('the server has seen the loss', async () => (await log()).log.length > 0);
      caller.emit('offer', { bytes: Buffer.from('missed') });
      await echo(caller, 'so it is sent');
      callee.connect();
      await seen(callee, 'connect', 2);
      note(callee.recovered, show(callee.seen.map(([event, arg]) => [event, arg])));
    },
    want: [[true, show([['connect', undefined], ['offer', 'first'], ['disconnect', 'forced close'],
      ['offer', { bytes: Buffer.from('missed') }], ['connect', undefined]])]],
  },
  {
    name: 'parser: the bundle for browsers calls a client from npm',
    settings,
    async run({ url }, note) {
      const io = bundle();
      for (const transports of [['websocket'], ['polling']]) {
        const page = io(url, { transports, forceNew: true, reconnection: false });
        const peer = await connected('4.8.4', url, websocket);
        await until('the page is connected', () => page.connected);
        const heard = new Promise((resolve) => page.on('answer', resolve));
        page.emit('offer', { sdp: 'from a page', list: [1, null, 'é😀'] });
        await seen(peer, 'offer');
        peer.emit('answer', { sdp: 'to a page', bytes: Buffer.from([1, 2, 3]) });
        const { sdp, bytes } = await heard;
        note(peer.seen.at(-1), sdp, [...new Uint8Array(bytes)]);
        page.close();
      }
    },
    want: Array(2).fill([['offer', { sdp: 'from a page', list: [1, null, 'é😀'] }], 'to a page', [1, 2, 3]]),
  },
  {
    name: 'parser: the rooms that Node does not have, in MessagePack',
    settings,
    oursAlone: true,
    async run({ url }, note) {
      const [one, two] = [await connected('4.8.4', url, websocket), await connected('4.8.4', url, polling)];
      const [first, second] = [one.id, two.id];
      const ids = (value) => show(value).replaceAll(first, 'ONE').replaceAll(second, 'TWO');
      const ask = (socket, ...args) => new Promise((resolve) => socket.emit(...args, resolve));
      const told = ['peer-joined', 'peer-left'].map((event) => new Promise((resolve) => one.on(event, resolve)));
      const signal = new Promise((resolve) => one.on('signal', resolve));
      note(ids(await ask(one, 'join', 'kitchen')));
      note(ids(await ask(two, 'join', { room: 'kitchen', name: 'Zoë' })));
      note(ids(await told[0]));
      note(ids(await ask(two, 'signal', { to: one.id, data: [Buffer.from('bytes'), undefined] })));
      note(ids(await signal));
      note(ids(await ask(two, 'signal', { to: 'nobody' })).includes('unknown_peer'));
      two.disconnect();
      note(ids(await told[1]));
    },
    want: [["{ id: 'ONE', ok: true, peers: [], room: 'kitchen' }"],
      ["{ id: 'TWO', ok: true, peers: [ { id: 'ONE' } ], room: 'kitchen' }"],
      ["{ id: 'TWO', name: 'Zoë', room: 'kitchen' }"], ['{ ok: true }'],
      [show({ from: 'TWO', data: [Buffer.from('bytes'), undefined] })], [true],
      ["{ id: 'TWO', reason: 'client namespace disconnect', room: 'kitchen' }"]],
  },
  {
    name: 'parser: a client that speaks JSON is closed',
    settings,
    async run({ url }, note) {
      note(...await outcome(client('4.8.4', url, { transports: ['websocket'] })).then((line) => line.slice(0, 2)));
    },
    want: [['disconnect', 'transport close']],
  },
  {
    name: 'parser: packets that a client should not send',
    settings,
    async run({ url }, note) {
      for (const [what, bytes] of packets) note(what, await closesFor(url, bytes));
    },
    want: packets.map(([what, , closes]) => [what, closes]),
  },
];
