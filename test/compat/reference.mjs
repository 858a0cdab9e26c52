// The judge: socket.io 4.8.4 on Node.js with the four relays of the server
// that ours replaces. Run as a child process, it opens and closes servers as
// its parent asks over IPC, so that every scenario has one of its own without
// paying for a Node process each time.
//
// parent → child: { id, open: { port, options } } or { id, close: port }
// child → parent: { id, port } or { id, error }
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const DEFAULTS = { allowEIO3: true, cors: { origin: true, credentials: true } };
const RELAYED_TO_ALL = ['offer', 'answer', 'onicecandidate'];

const servers = new Map();

process.on('message', async ({ id, open, close }) => {
  try {
    const port = open ? await openServer(open) : await closeServer(close);
    process.send({ id, port });
  } catch (err) {
    process.send({ id, error: err.message });
  }
});
process.on('disconnect', () => process.exit(0));

function openServer({ port, options }) {
  // Files are not what is compared here: whatever is not socket.io's is
  // answered as a file server answers a name that it does not know.
  const http = createServer((req, res) => res.writeHead(404).end());
  const io = new Server(http, { ...DEFAULTS, ...options });
  io.on('connection', relay);
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, '127.0.0.1', () => {
      servers.set(http.address().port, io);
      resolve(http.address().port);
    });
  });
}

function relay(socket) {
  for (const name of RELAYED_TO_ALL) {
    socket.on(name, (payload) => socket.broadcast.emit(name, payload));
  }
  socket.on('message', (letter) => {
    socket.broadcast.to(letter.channel).emit('message', letter.message);
  });
}

async function closeServer(port) {
  const io = servers.get(port);
  servers.delete(port);
  await io.close();
  return port;
}
