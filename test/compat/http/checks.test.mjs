// Requests that are refused, and those that only look as if they should be:
// routing, the query, the method, the order of the checks.
import { exchanges } from '../harness/exchange.mjs';
import { request, upgrade } from '../harness/wire.mjs';

const get = (target, headers) => request('GET', target, { headers });
const handshake = (query) => get(`/socket.io/?${query}`);
const OK = 'EIO=4&transport=polling';

exchanges('checks', (exchange) => {
  const queries = {
    'no query': '',
    'no transport': 'EIO=4',
    'an unknown transport': 'EIO=4&transport=xhr-polling',
    webtransport: 'EIO=4&transport=webtransport',
    'transport in capitals': 'EIO=4&transport=Polling',
    'an empty transport': 'EIO=4&transport=',
    'transport twice, the last one good': 'EIO=4&transport=nope&transport=polling',
    'transport twice, the last one bad': 'EIO=4&transport=polling&transport=nope',
    'a transport named like code': 'EIO=4&transport=__proto__',
    'websocket without an upgrade': 'EIO=4&transport=websocket',
    'no EIO': 'transport=polling',
    'EIO 2': 'EIO=2&transport=polling',
    'EIO 3': 'EIO=3&transport=polling',
    'EIO 4': OK,
    'EIO 5': 'EIO=5&transport=polling',
    'EIO 44': 'EIO=44&transport=polling',
    'EIO empty': 'EIO=&transport=polling',
    'EIO with a space': 'EIO=4%20&transport=polling',
    'EIO escaped': 'EIO=%34&transport=polling',
    'EIO in small letters': 'eio=4&transport=polling',
    'EIO twice, 4 last': 'EIO=3&EIO=4&transport=polling',
    'EIO twice, 3 last': 'EIO=4&EIO=3&transport=polling',
    'an empty sid': `${OK}&sid=`,
    'a sid of nobody': `${OK}&sid=AAAAAAAAAAAAAAAAAAAA`,
    'a sid named like code': `${OK}&sid=__proto__`,
    'a sid beyond ASCII': `${OK}&sid=%E6%97%A5%F0%9F%8E%A5`,
    'a sid of nobody and a bad transport': 'EIO=4&transport=nope&sid=nobody',
    'a sid of nobody over websocket': 'EIO=4&transport=websocket&sid=nobody',
    'broken escapes': `${OK}&x=%zz%&y=%E6`,
    'a broken escape in transport': 'EIO=4&transport=polling%',
    semicolons: 'EIO=4;transport=polling',
    'a semicolon in a value': `${OK}&x=a;b`,
    'an ampersand too many': `&&EIO=4&&transport=polling&&`,
    'a plus for a space': 'EIO=4&transport=poll+ing',
    'no values': 'EIO&transport&sid',
    'a question mark in the query': `?${OK}`,
    'equals signs': `${OK}&x==&=y`,
    't, as clients send it': `${OK}&t=PxyZ123`,
  };
  for (const [title, query] of Object.entries(queries)) exchange(`query: ${title}`, handshake(query));

  const targets = {
    'no slash at the end': `/socket.io?${OK}`,
    'no slash and no query': '/socket.io',
    'something behind the slash': `/socket.io/foo?${OK}`,
    'a folder behind the slash': `/socket.io/foo/bar/?${OK}`,
    'two slashes at the end': `/socket.io//?${OK}`,
    'two slashes in front': `//socket.io/?${OK}`,
    capitals: `/Socket.IO/?${OK}`,
    dots: `/x/../socket.io/?${OK}`,
    'dots behind': `/socket.io/../x?${OK}`,
    'a longer name': `/socket.iox/?${OK}`,
    'an escaped path': `/socket%2Eio/?${OK}`,
    'an escaped slash': `/socket.io%2F?${OK}`,
    'a broken escape in the path': `/socket.io/%zz?${OK}`,
    'the whole address': `http://localhost/socket.io/?${OK}`,
    'another path': '/nope',
    'another path, escaped': '/%6Eope?x=1',
  };
  for (const [title, target] of Object.entries(targets)) exchange(`path: ${title}`, get(target));

  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'TRACE', 'PROPFIND', 'QUERY']) {
    exchange(`${method} without a sid`, request(method, `/socket.io/?${OK}`));
    exchange(`${method} with a sid of nobody`, request(method, `/socket.io/?${OK}&sid=nobody`));
  }
  for (const method of ['PUT', 'DELETE', 'PATCH', 'HEAD', 'PROPFIND']) {
    exchange(`${method} in a session`, async (talk) => {
      const target = await talk.session();
      await talk.ask(request(method, target));
      await talk.fate(target);
    });
  }
  exchange('POST without a transport', request('POST', '/socket.io/?EIO=4'));
  exchange('POST with a body and no sid', request('POST', `/socket.io/?${OK}`, { body: '40' }));

  exchange('another revision in a session of revision 4', async (talk) => {
    const target = await talk.session('EIO=4');
    await talk.ask(get(target.replace('EIO=4', 'EIO=3')));
    await talk.fate(target);
  });
  exchange('another revision in a session of revision 3', async (talk) => {
    const target = await talk.session('EIO=3');
    await talk.ask(get(target.replace('EIO=3', 'EIO=4')));
    await talk.ask(get(target.replace('EIO=3&', '')), 'none is as good as 3');
  });
  exchange('websocket without an upgrade in a polling session', async (talk) => {
    const target = await talk.session();
    await talk.ask(get(target.replace('polling', 'websocket')));
    await talk.fate(target);
  });
  exchange('polling in a WebSocket session', async (talk) => {
    const wire = talk.start(upgrade('/socket.io/?EIO=4&transport=websocket'));
    await wire.response();
    const { sid } = JSON.parse((await wire.frame()).payload.toString().slice(1));
    await talk.ask(get(`/socket.io/?${OK}&sid=${sid}`));
    await talk.ask(request('POST', `/socket.io/?${OK}&sid=${sid}`, { body: '40' }));
  });

  exchange('an Origin with a control character', get(`/socket.io/?${OK}`, { Origin: 'http://a\u007fb' }));
  exchange('an Origin beyond ASCII', get(`/socket.io/?${OK}`, { Origin: 'http://\u00e9' }));
  exchange('HTTP/1.0', request('GET', `/socket.io/?${OK}`, { version: '1.0' }));
  exchange(
    'HTTP/1.0 that keeps the connection',
    request('GET', `/socket.io/?${OK}`, { version: '1.0', headers: { Connection: 'keep-alive' } }),
  );
  exchange('Connection: close', get(`/socket.io/?${OK}`, { Connection: 'close' }));
  exchange('no Host', get(`/socket.io/?${OK}`, { Host: null }));
  exchange('an odd Host', get(`/socket.io/?${OK}`, { Host: 'evil.example:99999' }));
  exchange('two requests in one piece', async (talk) => {
    const wire = talk.start(Buffer.concat([get(`/socket.io/?${OK}&sid=one`), get('/socket.io/?EIO=4')]));
    await talk.hear(wire);
    await talk.hear(wire);
  });
  exchange('a request in two pieces', async (talk) => {
    const bytes = get(`/socket.io/?${OK}&sid=one`);
    const wire = talk.start(bytes.subarray(0, 25));
    await talk.settle();
    wire.send(bytes.subarray(25));
    await talk.hear(wire);
  });
});
