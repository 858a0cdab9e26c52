// The browser bundles, as pages load them from /socket.io/.
import { exchanges } from '../harness/exchange.mjs';
import { request } from '../harness/wire.mjs';

const get = (target, headers) => request('GET', target, { headers });
const BUNDLE = '/socket.io/socket.io.js';
const FILES = ['socket.io.js', 'socket.io.min.js', 'socket.io.esm.min.js', 'socket.io.msgpack.min.js'];

exchanges('bundle', (exchange) => {
  for (const file of FILES.flatMap((name) => [name, `${name}.map`])) {
    exchange(`/socket.io/${file}`, get(`/socket.io/${file}`));
  }
  for (const method of ['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])
    exchange(`${method} of it`, request(method, BUNDLE));

  for (const tag of ['"4.8.4"', 'W/"4.8.4"', '"4.8.3"', '4.8.4', '*', '"x", "4.8.4"', 'W/"4.8.4" ', '']) {
    exchange(`If-None-Match: ${tag}`, get(BUNDLE, { 'If-None-Match': tag }));
  }
  exchange('If-None-Match on a map', get(`${BUNDLE}.map`, { 'If-None-Match': '"4.8.4"' }));
  exchange('If-None-Match by HEAD', request('HEAD', BUNDLE, { headers: { 'If-None-Match': '"4.8.4"' } }));
  exchange(
    'If-None-Match from another origin',
    get(BUNDLE, { 'If-None-Match': '"4.8.4"', Origin: 'https://app.example' }),
  );
  exchange('If-Modified-Since', get(BUNDLE, { 'If-Modified-Since': 'Fri, 01 Jan 2038 00:00:00 GMT' }));
  exchange('If-Match', get(BUNDLE, { 'If-Match': '"other"' }));
  exchange('a range', get(BUNDLE, { Range: 'bytes=0-99' }));

  for (const accepted of [
    'br',
    'gzip',
    'deflate',
    'gzip, deflate, br, zstd',
    'br, gzip',
    'deflate, br',
    'gzip;q=0.5, br;q=0.1',
    'br;q=0',
    'identity',
    '*',
    'zstd',
    '',
  ]) {
    exchange(`accepting "${accepted}"`, get(BUNDLE, { 'Accept-Encoding': accepted }));
  }
  exchange(
    'a small map, accepting gzip',
    get('/socket.io/socket.io.min.js.map', { 'Accept-Encoding': 'gzip' }),
  );
  exchange('HEAD, accepting gzip', request('HEAD', BUNDLE, { headers: { 'Accept-Encoding': 'gzip' } }));
  exchange('from another origin', get(BUNDLE, { Origin: 'https://app.example' }));
  exchange('with a query', get(`${BUNDLE}?v=1`));
  exchange('with a query that looks like a handshake', get(`${BUNDLE}?EIO=4&transport=polling`));

  for (const name of [
    'socket.io.js.gz',
    'SOCKET.IO.JS',
    'socket.io.js/',
    'socket.io.msgpack.js',
    'x/socket.io.js',
    '../package.json',
    '..%2fpackage.json',
    '.',
    'socket.io%2Ejs',
    'socket.io.js%00',
    '',
  ]) {
    exchange(`a name that is none: "${name}"`, get(`/socket.io/${name}`));
  }
  exchange('the path run together with the name', get('/socket.io-socket.io.js'));
  exchange('two slashes before the name', get('/socket.io//socket.io.js'));
  exchange('two on one connection', async (talk) => {
    const wire = talk.start(get(BUNDLE, { 'Accept-Encoding': 'gzip' }));
    await talk.hear(wire);
    wire.send(get(BUNDLE, { 'If-None-Match': '"4.8.4"' }));
    await talk.hear(wire);
  });
});
