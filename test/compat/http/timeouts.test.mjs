// What the server does of itself when time passes. Nothing here measures how
// long anything took; the intervals are long enough for a busy machine to do in
// them what the exchange has to do first.
import { exchanges } from '../harness/exchange.mjs';
import { request, textFrame, upgrade } from '../harness/wire.mjs';

const get = (target) => request('GET', target);
const WS = (revision) => `/socket.io/?EIO=${revision}&transport=websocket`;

exchanges('timeouts', (exchange) => {
  const silent = { server: { pingInterval: 1500, pingTimeout: 1000 } };

  for (const revision of [4, 3]) {
    exchange(
      `a WebSocket that never answers, revision ${revision}`,
      async (talk) => {
        const wire = await talk.socket(`EIO=${revision}`);
        await talk.framesToTheEnd(wire);
      },
      silent,
    );
  }

  exchange(
    'a held poll that nothing follows, revision 4',
    async (talk) => {
      const target = await talk.member();
      await talk.ask(get(target), 'the heartbeat');
      await talk.ask(get(target), 'the end');
      await talk.ask(get(target), 'afterwards');
    },
    silent,
  );

  exchange(
    'a held poll that nothing follows, revision 3',
    async (talk) => {
      const target = await talk.member('EIO=3');
      await talk.ask(get(target), 'the end');
      await talk.ask(get(target), 'afterwards');
    },
    silent,
  );

  const lively = { server: { pingInterval: 1000, pingTimeout: 12_000 } };

  exchange(
    'three heartbeats answered over WebSocket, revision 4',
    async (talk) => {
      const wire = await talk.socket();
      for (let i = 0; i < 3; i++) {
        await talk.frames(wire);
        wire.send(textFrame('3'));
      }
    },
    lively,
  );

  exchange(
    'three heartbeats answered over polling, revision 4',
    async (talk) => {
      const target = await talk.member();
      for (let i = 0; i < 3; i++) {
        await talk.ask(get(target));
        await talk.ask(request('POST', target, { body: '3' }));
      }
    },
    lively,
  );

  const impatient = { server: { connectTimeout: 1700 } };

  exchange(
    'a WebSocket that joins no namespace',
    async (talk) => {
      const wire = await talk.webSocket(WS(4));
      await talk.framesToTheEnd(wire);
    },
    impatient,
  );
  exchange(
    'a WebSocket that joins only a namespace that does not exist',
    async (talk) => {
      const wire = await talk.webSocket(WS(4));
      await talk.frames(wire);
      wire.send(textFrame('40/nope,'));
      await talk.framesToTheEnd(wire);
    },
    impatient,
  );
  exchange(
    'a polling session that joins no namespace',
    async (talk) => {
      const target = await talk.session();
      await talk.ask(get(target), 'the end');
      await talk.ask(get(target), 'afterwards');
    },
    impatient,
  );

  const small = { server: { maxHttpBufferSize: 500 } };

  exchange(
    'a smaller largest payload over polling',
    async (talk) => {
      await talk.ask(get('/socket.io/?EIO=4&transport=polling'));
      const target = await talk.member();
      await talk.ask(request('POST', target, { body: `42["offer","${'x'.repeat(480)}"]` }));
      await talk.ask(request('POST', target, { body: `42["offer","${'x'.repeat(500)}"]` }));
      await talk.fate(target);
    },
    small,
  );
  exchange(
    'a smaller largest payload over WebSocket',
    async (talk) => {
      const wire = await talk.socket();
      wire.send(textFrame(`42["offer","${'x'.repeat(480)}"]`));
      wire.send(textFrame('40/nope,'));
      await talk.frames(wire);
      wire.send(textFrame(`42["offer","${'x'.repeat(500)}"]`));
      await talk.framesToTheEnd(wire);
    },
    small,
  );
  exchange('an upgrade on a path that nobody handles, nothing else sent', async (talk) => {
    await talk.hear(talk.start(upgrade('/elsewhere')));
  });
});
