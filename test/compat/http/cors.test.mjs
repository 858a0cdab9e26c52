// Pages on other origins: preflights, and the headers on every kind of answer.
import { exchanges } from '../harness/exchange.mjs';
import { request, upgrade } from '../harness/wire.mjs';

const ORIGIN = { Origin: 'https://app.example:8443' };
const OK = '/socket.io/?EIO=4&transport=polling';
const WS = '/socket.io/?EIO=4&transport=websocket';
const preflight = (target, headers) => request('OPTIONS', target, { headers });

exchanges('cors', (exchange) => {
  const asked = {
    ...ORIGIN,
    'Access-Control-Request-Method': 'POST',
    'Access-Control-Request-Headers': 'content-type, x-custom',
  };
  exchange('preflight', preflight(OK, asked));
  exchange(
    'preflight without headers asked for',
    preflight(OK, { ...ORIGIN, 'Access-Control-Request-Method': 'POST' }),
  );
  exchange('preflight of nothing', preflight(OK, ORIGIN));
  exchange('preflight without an origin', preflight(OK));
  exchange('preflight of the origin null', preflight(OK, { ...asked, Origin: 'null' }));
  exchange('preflight of an empty origin', preflight(OK, { ...asked, Origin: '' }));
  exchange('preflight without a query', preflight('/socket.io/', asked));
  exchange('preflight of a bad transport', preflight('/socket.io/?EIO=4&transport=nope', asked));
  exchange('preflight of a sid of nobody', preflight(`${OK}&sid=nobody`, asked));
  exchange(
    'preflight of a private network',
    preflight(OK, { ...asked, 'Access-Control-Request-Private-Network': 'true' }),
  );
  exchange('preflight of the bundle', preflight('/socket.io/socket.io.js', asked));
  exchange('preflight with a body', request('OPTIONS', OK, { headers: asked, body: 'x' }));
  exchange('preflight in a session', async (talk) => {
    await talk.ask(preflight(await talk.session(), asked));
  });
  exchange('two preflights on one connection', async (talk) => {
    const wire = talk.start(preflight(OK, asked));
    await talk.hear(wire);
    wire.send(preflight(OK, asked));
    await talk.hear(wire);
  });

  for (const [title, headers] of Object.entries({
    'an origin': ORIGIN,
    'the origin null': { Origin: 'null' },
    'an empty origin': { Origin: '' },
    'an origin that is none': { Origin: 'nonsense, and more' },
    'two origins': { Origin: ['https://one.example', 'https://two.example'] },
    'an origin with a cookie': { ...ORIGIN, Cookie: 'io=1' },
  })) {
    exchange(`handshake from ${title}`, request('GET', OK, { headers }));
    exchange(`WebSocket from ${title}`, async (talk) => {
      const wire = await talk.webSocket(WS, headers);
      await talk.frames(wire);
    });
  }
  exchange('an error for another origin', request('GET', `${OK}&sid=nobody`, { headers: ORIGIN }));
  exchange('a bad method for another origin', request('PUT', OK, { headers: ORIGIN }));
  exchange('a refused upgrade for another origin', upgrade(`${WS}&sid=nobody`, ORIGIN));
  exchange('a POST from another origin', async (talk) => {
    await talk.ask(request('POST', await talk.session(), { headers: ORIGIN, body: '40' }));
  });
  exchange('a POST too large from another origin', async (talk) => {
    await talk.ask(request('POST', await talk.session(), { headers: ORIGIN, body: 'x'.repeat(1_000_001) }));
  });
  exchange('overlapping GETs from another origin', async (talk) => {
    const target = await talk.member();
    const held = await talk.hold(target, ORIGIN);
    await talk.ask(request('GET', target, { headers: ORIGIN }));
    await talk.hear(held);
  });
  exchange('another path from another origin', request('GET', '/nope', { headers: ORIGIN }));
});
