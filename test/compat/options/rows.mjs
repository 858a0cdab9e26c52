// The options, a row each: the settings, what a client does, and what it must
// see of our server and of Node's alike.
import { WebSocket } from 'ws';
import { until } from '../../lib/until.mjs';
import { ask, client, connected, echo, handshake, outcome, seen, settledTransport } from './clients.mjs';

const websocket = { transports: ['websocket'] };
const polling = { transports: ['polling'] };

/**
 * Every line of what `run` notes must be as in `want`, on both servers but where
 * a row says oursAlone.
 */
export const rows = [
  {
    name: 'path: the endpoint is there and nowhere else',
    settings: { options: { path: '/deep/path', allowEIO3: true } },
    async run({ url }, note) {
      for (const version of ['1.7.4', '2.5.0', '4.8.4']) {
        note(version, (await outcome(client(version, url, { path: '/deep/path' })))[0]);
      }
      note(...await outcome(client('4.8.4', url, polling)));
    },
    want: [['1.7.4', 'connect'], ['2.5.0', 'connect'], ['4.8.4', 'connect'], ['failed', 'xhr poll error']],
  },
  {
    name: 'addTrailingSlash: a path without a slash is served',
    settings: { options: { addTrailingSlash: false } },
    async run({ url }, note) {
      note(...await outcome(client('4.8.4', url, { ...polling, addTrailingSlash: false })));
      note((await ask(`${url}/socket.io?EIO=4&transport=polling`)).status);
    },
    want: [['connect'], [200]],
  },
  {
    name: 'addTrailingSlash: with the default, it is not',
    async run({ url }, note) {
      note(...await outcome(client('4.8.4', url, { ...polling, addTrailingSlash: false })));
      note((await ask(`${url}/socket.io?EIO=4&transport=polling`)).status);
    },
    want: [['failed', 'xhr poll error'], [404]],
  },
  {
    name: 'transports: WebSocket alone',
    settings: { options: { transports: ['websocket'] } },
    async run({ url }, note) {
      note(...await outcome(client('4.8.4', url, polling)));
      note(...await outcome(client('4.8.4', url, websocket)));
    },
    want: [['failed', 'xhr poll error'], ['connect']],
  },
  {
    name: 'transports: polling alone',
    settings: { options: { transports: ['polling'] } },
    async run({ url }, note) {
      note((await outcome(client('4.8.4', url, websocket)))[0]);
      const socket = await connected('4.8.4', url);
      note(await settledTransport(socket));
    },
    want: [['failed'], ['polling']],
  },
  {
    name: 'allowUpgrades: a client stays on polling',
    settings: { options: { allowUpgrades: false } },
    async run({ url }, note) {
      const socket = await connected('4.8.4', url);
      note(await settledTransport(socket));
      note(/"upgrades":\[.*?\]/.exec((await ask(url + handshake)).body)[0]);
    },
    want: [['polling'], ['"upgrades":[]']],
  },
  {
    name: 'allowUpgrades: with the default, it moves on',
    async run({ url }, note) {
      note(await settledTransport(await connected('4.8.4', url)));
    },
    want: [['websocket']],
  },
  {
    name: 'allowEIO3: clients before 3.0 are refused by default',
    async run({ url, log }, note) {
      for (const version of ['1.7.4', '2.5.0']) note(version, (await outcome(client(version, url, polling)))[0]);
      note((await log()).log[0]);
    },
    want: [['1.7.4', 'failed'], ['2.5.0', 'failed'], ['refused: 5 Unsupported protocol version {"protocol":3}']],
  },
  {
    name: 'allowEIO3: clients before 3.0 are served',
    settings: { options: { allowEIO3: true } },
    async run({ url }, note) {
      for (const version of ['1.7.4', '2.5.0']) {
        const socket = await connected(version, url);
        note(version, await echo(socket, { a: [1, null] }), await settledTransport(socket));
      }
    },
    want: [['1.7.4', { a: [1, null] }, 'websocket'], ['2.5.0', { a: [1, null] }, 'websocket']],
  },
  {
    name: 'pingInterval: clients hear of it, and the pings come',
    settings: { options: { pingInterval: 60, pingTimeout: 30_000 } },
    async run({ url }, note) {
      const socket = await connected('4.8.4', url, websocket);
      let pings = 0;
      socket.io.on('ping', () => pings++);
      await until('three pings have come', () => pings >= 3);
      note(/"pingInterval":\d+,"pingTimeout":\d+/.exec((await ask(url + handshake)).body)[0]);
    },
    want: [['"pingInterval":60,"pingTimeout":30000']],
  },
  {
    name: 'pingTimeout: a client that does not answer is left',
    settings: { options: { pingInterval: 50, pingTimeout: 2000 } },
    async run({ url, log }, note) {
      // An official client would find out by itself that something is wrong.
      const silent = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
      silent.on('open', () => silent.send('40'));
      await new Promise((resolve) => silent.on('close', resolve));
      note((await log()).log.join());
      const socket = await connected('4.8.4', url, websocket);
      let pings = 0;
      socket.io.on('ping', () => pings++);
      await until('pings have been answered', () => pings >= 3);
      note(await echo(socket, 'who answers is not'));
    },
    want: [['disconnect: ping timeout'], ['who answers is not']],
  },
  {
    name: 'upgradeTimeout: a probe that does not end is given up, the session is not',
    settings: { options: { upgradeTimeout: 500 } },
    async run({ url }, note) {
      const socket = await connected('4.8.4', url, polling);
      const target = `${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket&sid=${socket.io.engine.id}`;
      const probe = new WebSocket(target);
      const closed = new Promise((resolve) => probe.on('close', resolve));
      probe.on('open', () => probe.send('2probe'));
      probe.on('message', (data) => note(`${data}`));
      await closed;
      note(await echo(socket, 'still here'));
    },
    want: [['3probe'], ['still here']],
  },
  ...['polling', 'websocket'].map((transport) => ({
    name: `maxHttpBufferSize: what is larger ends the session, ${transport}`,
    settings: { options: { maxHttpBufferSize: 1000 } },
    async run({ url, log }, note) {
      const socket = await connected('4.8.4', url, { transports: [transport] });
      note((await echo(socket, 'x'.repeat(900))).length);
      socket.emit('echo', 'x'.repeat(1100));
      await seen(socket, 'disconnect');
      note(socket.seen.at(-1)[1]);
      await until('the server has seen it', async () => (await log()).log.length > 0);
      note((await log()).log.join());
      note(/"maxPayload":\d+/.exec((await ask(url + handshake)).body)[0]);
    },
    want: [[900], ...(transport === 'polling'
      ? [['transport error'], ['disconnect: transport close']]
      : [['transport close'], ['disconnect: transport error']]), ['"maxPayload":1000']],
  })),
  {
    name: 'connectTimeout: who joins no namespace is closed',
    settings: { options: { connectTimeout: 500 } },
    async run({ url }, note) {
      const probe = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
      note(await new Promise((resolve) => probe.on('close', resolve)));
      const socket = await connected('4.8.4', url, websocket);
      await new Promise((later) => setTimeout(later, 700));
      note(await echo(socket, 'who joins one is not'));
    },
    want: [[1005], ['who joins one is not']],
  },
  {
    name: 'initialPacket: each client finds it behind the handshake',
    settings: { options: { initialPacket: '2["answer","welcome"]', allowEIO3: true } },
    async run({ url }, note) {
      for (const [version, options] of [['2.5.0', websocket], ['4.8.4', websocket], ['4.8.4', polling]]) {
        const socket = client(version, url, options);
        await seen(socket, 'answer');
        note(version, ...socket.seen.find(([event]) => event === 'answer'));
      }
    },
    want: [['2.5.0', 'answer', 'welcome'], ['4.8.4', 'answer', 'welcome'], ['4.8.4', 'answer', 'welcome']],
  },
];
