// What both servers of the comparison run; server/application.go is the twin of
// this file.

import msgpack from 'socket.io-msgpack-parser';

const relayed = ['offer', 'answer', 'onicecandidate'];

/** Sets up a server; a row's features are switched on by their names. */
export function application(io, features) {
  const log = [];
  const rooms = io.of(/^\/room-\d+$/);
  io.on('connection', (socket) => {
    for (const name of relayed) socket.on(name, (payload) => socket.broadcast.emit(name, payload));
    socket.on('message', (letter) => socket.broadcast.to(letter.channel).emit('message', letter.message));
    socket.on('echo', (...args) => {
      if (typeof args.at(-1) === 'function') args.pop()(...args);
      socket.emit('echo', ...args);
    });
    socket.on('leave', () => socket.disconnect(true));
    socket.on('disconnect', (reason) => log.push(`disconnect: ${reason}`));
  });
  io.engine.on('connection_error', ({ code, message, context }) => {
    const sorted = Object.fromEntries(Object.entries(context).sort());
    log.push(`refused: ${code} ${message} ${JSON.stringify(sorted)}`);
  });
  for (const name of features) switches[name]?.(io, log);
  return { state: () => ({ log, rooms: [...rooms.children].map((nsp) => nsp.name) }) };
}

/** The options, with those filled in that are functions and modules. */
application.options = (options, features) => ({
  ...options,
  ...(features.includes('allowRequest') && { allowRequest }),
  ...(options.parser === 'msgpack' && { parser: msgpack }),
});

function allowRequest(req, decide) {
  const { token } = req._query;
  if (token === 'secret') decide(null, true);
  else decide('no token', false);
}

const switches = {
  middleware(io, log) {
    io.use((socket, next) => {
      log.push('middleware');
      const { auth, query } = socket.handshake;
      if (auth.token === 'secret' || query.token === 'secret') next();
      else next(Object.assign(new Error('no token'), { data: { code: 7 } }));
    });
    io.of('/closed').use((socket, next) => next(new Error('closed')));
  },

  engineMiddleware(io) {
    io.engine.use((req, res, next) => {
      switch (req._query.do) {
        case 'fail':
          next(new Error('told to'));
          break;
        case 'answer':
          res.writeHead(401);
          res.end('who are you?');
          break;
        default:
          res.setHeader('X-Middleware', 'was here');
          next();
      }
    });
  },

  headers(io) {
    for (const [event, header] of [['initial_headers', 'X-Initial'], ['headers', 'X-All']]) {
      io.engine.on(event, (headers, req) => {
        headers[header] = req._query.transport;
      });
    }
  },

  eventMiddleware(io, log) {
    io.on('connection', (socket) => {
      socket.use(([event], next) => next(event === 'forbidden' ? new Error('forbidden') : undefined));
      socket.onAny((event) => log.push(`any: ${event}`));
      socket.on('forbidden', () => log.push('the listener was called'));
      socket.on('error', (err) => socket.emit('refused', err.message));
    });
  },
};
