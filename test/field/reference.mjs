#!/usr/bin/env node
// socket.io 4.8.4 on Node.js with the relays of the server that ours replaces, for the tests of
// this folder: FIELD_SERVER=test/field/reference.mjs go test ./test/field tells what it does.
// It takes some of our flags, and the npm packages of the tests.
import { createRequire } from 'node:module';
import { createServer } from 'node:http';

const require = createRequire(import.meta.url);
const { Server } = require('socket.io');

const flag = (name) => {
  const i = process.argv.indexOf(name);
  return i < 0 ? undefined : process.argv[i + 1];
};
const UNITS = { ms: 1, s: 1000, m: 60_000 };
const milliseconds = (text) => text && parseInt(text, 10) * UNITS[text.match(/[a-z]+$/)[0]];
const compression = Number(flag('-compression') ?? 0);
const recovery = milliseconds(flag('-recovery'));

const http = createServer((request, response) => response.writeHead(404).end());
const io = new Server(http, {
  allowEIO3: true,
  cors: { origin: true, credentials: true },
  maxHttpBufferSize: Number(flag('-max-payload') ?? 1_000_000),
  ...(flag('-ping-interval') && { pingInterval: milliseconds(flag('-ping-interval')) }),
  ...(flag('-ping-timeout') && { pingTimeout: milliseconds(flag('-ping-timeout')) }),
  ...(compression && { perMessageDeflate: { threshold: compression } }),
  ...(recovery && { connectionStateRecovery: { maxDisconnectionDuration: recovery } }),
});
io.on('connection', (socket) => {
  for (const name of ['offer', 'answer', 'onicecandidate']) {
    socket.on(name, (payload) => socket.broadcast.emit(name, payload));
  }
  socket.on('message', (letter) => socket.broadcast.to(letter.channel).emit('message', letter.message));
});
const [host, port] = (flag('-addr') ?? '127.0.0.1:0').split(':');
http.listen(Number(port), host, () => console.log(`Open http://localhost:${http.address().port}/`));
