// A process with many clients: `clients.mjs URL NUMBER`. It tells its parent five times a second
// how many are connected, how often each text was heard and why connections ended, and sends what
// the parent says.
import { createRequire } from 'node:module';

const { io } = createRequire(import.meta.url)('client-4.8.4');
const [url, number] = process.argv.slice(2);

const heard = {};
const ends = {}; // how many connections ended, by reason
const sockets = Array.from({ length: Number(number) }, (_, i) => {
  // The client's own settings; every other one begins with a WebSocket.
  const socket = io(url, { forceNew: true, ...(i % 2 && { transports: ['websocket'] }) });
  socket.on('offer', (text) => { heard[text] = (heard[text] ?? 0) + 1; });
  socket.on('disconnect', (reason) => { ends[reason] = (ends[reason] ?? 0) + 1; });
  return socket;
});

process.on('message', (text) => sockets[0].emit('offer', text));
setInterval(() => {
  process.send({ connected: sockets.filter((socket) => socket.connected).length, heard, ends });
}, 200);
