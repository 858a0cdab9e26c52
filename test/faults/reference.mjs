#!/usr/bin/env node
// socket.io 4.8.4 on Node.js with the relays of the server that ours replaces, for the tests of
// this folder: FAULTS_SERVER=test/faults/reference.mjs go test ./test/faults tells what it does.
// It takes the flags that the tests use and the packages of the tests.
import { createRequire } from 'node:module';
import { createServer } from 'node:http';

const require = createRequire(import.meta.url);
const { Server } = require('socket.io');

const flag = (name) => {
  const i = process.argv.indexOf(name);
  return i < 0 ? undefined : process.argv[i + 1];
};
const milliseconds = (text) => (text === undefined ? undefined : parseInt(text, 10)); // 300ms
const noisy = flag('-log-level') === 'debug';

const http = createServer((request, response) => response.writeHead(404).end());
const io = new Server(http, {
  allowEIO3: true,
  pingInterval: milliseconds(flag('-ping-interval')) ?? 25000,
  pingTimeout: milliseconds(flag('-ping-timeout')) ?? 20000,
});
io.on('connection', (socket) => {
  for (const name of ['offer', 'answer', 'onicecandidate']) {
    socket.on(name, (payload) => socket.broadcast.emit(name, payload));
  }
  socket.on('message', (letter) => socket.broadcast.to(letter.channel).emit('message', letter.message));
  if (noisy) {
    console.error('connected', socket.id);
    socket.on('disconnect', (reason) => console.error('disconnected', socket.id, reason));
  }
});
process.on('SIGTERM', () => io.close(() => process.exit(0)));
http.listen(0, '127.0.0.1', () => console.log(`Open http://localhost:${http.address().port}/ in two browser windows`));
