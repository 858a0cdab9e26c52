// Rows of the two compressions: see rows.mjs.
import { until } from '../../lib/until.mjs';
import { ask, connected, echo, handshake } from './clients.mjs';

const long = 'a line of a session description\r\n'.repeat(300);

/** The encoding of a poll that brings `value` back. */
async function pollEncoding(url, value, accepted = 'gzip') {
  const { sid } = await ask(url + handshake);
  const session = `${url}${handshake}&sid=${sid}`;
  await ask(session, { method: 'POST', body: '40' });
  await ask(session); // the CONNECT reply
  await ask(session, { method: 'POST', body: `42${JSON.stringify(['echo', value])}` });
  const poll = await ask(session, { headers: { 'accept-encoding': accepted }, pick: ['content-encoding'] });
  if (!poll.body.includes(JSON.stringify(value))) throw new Error(`the poll brings ${poll.body.slice(0, 80)}`);
  return poll.headers[0];
}

/** The stream below a client's WebSocket, which counts its bytes. */
const stream = (socket) => socket.io.engine.transport.ws._socket;

/** What a client sends to have a value echoed, and gets, in bytes as they are on the wire. */
async function cost(socket, value) {
  const { bytesWritten, bytesRead } = stream(socket);
  const event = new Promise((resolve) => socket.once('echo', resolve)); // behind the acknowledgement
  if (await echo(socket, value) !== value || await event !== value) throw new Error('the echo is another value');
  return { sent: stream(socket).bytesWritten - bytesWritten, got: stream(socket).bytesRead - bytesRead };
}

/** "little" for what can only be compressed. */
const size = (bytes) => (bytes < long.length / 4 ? 'little' : 'all of it');

/** Resolves once the client is on its WebSocket. */
const upgraded = (socket) => until('the client is upgraded', () => socket.io.engine.transport.name === 'websocket');

const agreed = (socket) => Object.keys(socket.io.engine.transport.ws.extensions).length > 0
  && `${JSON.stringify(socket.io.engine.transport.ws.extensions)}`.includes('permessage-deflate');

export const compressionRows = [
  ...[
    ['from 1024 bytes on by default', {}, [null, 'gzip']],
    ['from another size on', { httpCompression: { threshold: 10 } }, ['gzip', 'gzip']],
    ['of everything', { httpCompression: { threshold: 0 } }, ['gzip', 'gzip']],
    ['of nothing', { httpCompression: false }, [null, null]],
  ].map(([what, options, want]) => ({
    name: `httpCompression: ${what}`,
    settings: { options },
    async run({ url }, note) {
      note(await pollEncoding(url, 'a word or two'), await pollEncoding(url, long));
      note(await pollEncoding(url, long, 'br'), await pollEncoding(url, long, 'deflate'));
      note((await echo(await connected('4.8.4', url, { transports: ['polling'] }), long)).length);
    },
    want: [want, [null, want[1] && 'deflate'], [long.length]],
  })),
  {
    name: 'perMessageDeflate: off by default',
    async run({ url }, note) {
      const socket = await connected('4.8.4', url, { transports: ['websocket'], perMessageDeflate: {} });
      const { sent, got } = await cost(socket, long);
      note(agreed(socket), size(sent), size(got));
    },
    want: [[false, 'all of it', 'all of it']],
  },
  ...['1.7.4', '2.5.0', '4.8.4'].flatMap((version) => [['websocket'], ['polling', 'websocket']].map((transports) => ({
    name: `perMessageDeflate: both ways, ${version}, ${transports.join(' and ')}`,
    settings: { options: { perMessageDeflate: true, allowEIO3: true } },
    async run({ url }, note) {
      const socket = await connected(version, url, { transports, perMessageDeflate: { threshold: 100 } });
      await upgraded(socket);
      for (let round = 0; round < 3; round++) {
        const { sent, got } = await cost(socket, long + round);
        note(agreed(socket), size(sent), size(got));
      }
      note((await cost(socket, 'short')).got < 100);
    },
    want: [[true, 'little', 'little'], [true, 'little', 'little'], [true, 'little', 'little'], [true]],
  }))),
  {
    name: 'perMessageDeflate: a broadcast reaches who compresses and who does not',
    settings: { options: { perMessageDeflate: { threshold: 10 }, allowEIO3: true } },
    async run({ url }, note) {
      const options = { transports: ['websocket'] };
      const sender = await connected('4.8.4', url, { ...options, perMessageDeflate: {} });
      const receivers = [
        await connected('4.8.4', url, { ...options, perMessageDeflate: { threshold: 10 } }),
        await connected('4.8.4', url, { ...options, perMessageDeflate: false }),
        await connected('2.5.0', url, { ...options, perMessageDeflate: { threshold: 10 } }),
        await connected('4.8.4', url, { transports: ['polling'] }),
      ];
      const binary = Buffer.alloc(5000, 'frame');
      const heard = receivers.map((socket) => new Promise((resolve) => socket.on('answer', resolve)));
      sender.emit('answer', { long, binary });
      for (const answer of await Promise.all(heard)) note(answer.long === long, binary.equals(Buffer.from(answer.binary)));
    },
    want: [[true, true], [true, true], [true, true], [true, true]],
  },
];
