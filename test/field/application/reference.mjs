#!/usr/bin/env node
// The twin of the program in this folder, and of test/protocolserver, on Node.js: socket.io 4.8.4
// with the npm packages of the tests.
import { createRequire } from 'node:module';
import { createServer } from 'node:http';

const require = createRequire(import.meta.url);
const { Server } = require('socket.io');
const engine = require('engine.io');

const isProtocolServer = process.argv.includes('-addr');
const lines = [];
const note = (line) => lines.push(line);
let release;
const released = new Promise((resolve) => { release = resolve; });

const http = createServer((request, response) => {
  switch (request.url) {
    case '/log':
      return response.end(JSON.stringify(lines));
    case '/release':
      release();
      return response.end();
    case '/close': { // and listens again, as the other one goes on to
      const { port } = http.address();
      io.close(() => http.listen(port, '127.0.0.1'));
      return response.writeHead(200, { Connection: 'close' }).end();
    }
    case '/heap':
      for (let i = 0; i < 3; i++) global.gc?.();
      return response.end(JSON.stringify(process.memoryUsage().heapUsed));
    default:
      return response.writeHead(404).end();
  }
});
const io = new Server(http, {
  allowEIO3: true,
  ...(isProtocolServer && { pingInterval: 300, pingTimeout: 200, connectTimeout: 1000 }),
});
if (isProtocolServer) {
  engine.attach(http, { path: '/engine.io/' });
  for (const namespace of ['/', '/custom']) io.of(namespace).on('connection', answer);
} else {
  setUp();
}
http.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${http.address().port}`));

function answer(socket) {
  socket.emit('auth', socket.handshake.auth);
  socket.on('message', (...args) => socket.emit('message-back', ...args));
  socket.on('message-with-ack', (...args) => args.pop()(...args));
}

function setUp() {
  io.use((socket, next) => {
    const { room, wait } = socket.handshake.auth;
    if (room) socket.join(room);
    if (!wait) return next();
    socket.conn.once('close', (reason) => note(`close: ${reason}`));
    note('waiting');
    return released.then(() => next());
  });
  io.on('connection', connected);
  io.of((name, auth, next) => next(null, name.startsWith('/now-')));
  io.of((name, auth, next) => (name.startsWith('/later-') ? setTimeout(() => next(null, true), 20) : next(null, false)));
}

function connected(socket) {
  note('connection');
  if (socket.handshake.auth.watch) watch(socket.conn);
  const handlers = {
    note: (text) => note(`note: ${text}`),
    to: (room) => io.to(room).emit('to', room),
    'ask remote': async () => {
      for (const remote of await io.fetchSockets()) remote.timeout(10000).emit('question', (err, ...args) => note(`remote: ${list(args)} ${said(err)}`));
    },
    'ask all': () => io.timeout(10000).emit('question', (err, args) => note(`all: ${list(args)} ${said(err)}`)),
    'ask in vain': async (times) => {
      await Promise.all(Array.from({ length: times }, () => new Promise((resolve) => io.timeout(1).emit('silence', resolve))));
      socket.emit('asked');
    },
    volatile: () => {
      socket.emit('regular');
      socket.volatile.emit('volatile');
      setTimeout(() => socket.emit('end'), 100);
    },
    uncompressed: () => socket.compress(false).emit('uncompressed'),
    'engine send': () => socket.conn.send('2["sent by the engine"]', {}, () => note('sent')),
    close: () => socket.conn.close(),
    leave: () => socket.disconnect(true),
    echo: (...args) => socket.emit('echo', ...args),
  };
  for (const [event, handle] of Object.entries(handlers)) socket.on(event, handle);
  socket.on('disconnect', (reason) => note(`disconnect: ${reason}`));
}

function watch(conn) {
  conn.once('upgrade', (transport) => note(`upgrade: ${transport.name}`));
  conn.on('packet', ({ type }) => note(`packet: ${type}`));
  conn.on('packetCreate', ({ type, options }) => note(`packetCreate: ${type}, compress ${options.compress}`));
  for (const event of ['flush', 'drain', 'heartbeat']) conn.on(event, () => note(event));
}

// As Go prints them.
function list(args) {
  return `[${args.join(' ')}]`;
}
function said(err) {
  return err ? err.message : '<nil>';
}
