// The WebSocket handshake, and the upgrade of a polling session to it.
import { exchanges } from '../harness/exchange.mjs';
import { frame, request, textFrame, upgrade } from '../harness/wire.mjs';

const get = (target, headers) => request('GET', target, { headers });
const WS = (revision) => `/socket.io/?EIO=${revision}&transport=websocket`;
const overWebSocket = (target) => target.replace('transport=polling', 'transport=websocket');

// A WebSocket that has sent its probe for the session, and got its answer noted.
async function probing(talk, target) {
  const wire = await talk.webSocket(overWebSocket(target));
  wire.send(textFrame('2probe'));
  await talk.frames(wire);
  return wire;
}

exchanges('upgrade', (exchange) => {
  for (const revision of [3, 4]) {
    exchange(`a WebSocket from the start, revision ${revision}`, async (talk) => {
      const wire = await talk.webSocket(WS(revision));
      await talk.frames(wire);
      if (revision === 4) wire.send(textFrame('40'));
      await talk.frames(wire);
    });

    exchange(`the whole upgrade, no poll held, revision ${revision}`, async (talk) => {
      const target = await talk.member(`EIO=${revision}`);
      const wire = await probing(talk, target);
      wire.send(textFrame('5'));
      wire.send(textFrame('40/nope,'));
      await talk.frames(wire);
      await talk.ask(get(target), 'a poll after the upgrade');
      await talk.ask(request('POST', target, { body: '40' }), 'a POST after the upgrade');
    });

    exchange(`the whole upgrade, a poll held, revision ${revision}`, async (talk) => {
      const target = await talk.member(`EIO=${revision}`);
      const held = await talk.hold(target);
      const wire = await probing(talk, target);
      await talk.hear(held, 'the held poll');
      wire.send(textFrame('5'));
      wire.send(textFrame('40/nope,'));
      await talk.frames(wire);
    });

    exchange(`a poll held when the upgrade completes, revision ${revision}`, async (talk) => {
      const target = await talk.member(`EIO=${revision}`);
      const held = await talk.hold(target);
      const wire = await talk.webSocket(overWebSocket(target));
      wire.send(textFrame('2probe'));
      wire.send(textFrame('5'));
      await talk.frames(wire);
      await talk.hear(held, 'the held poll');
      wire.send(textFrame('40/nope,'));
      await talk.frames(wire);
    });

    exchange(`events before, during and after, revision ${revision}`, async (talk) => {
      const [sender, target] = [await talk.member('EIO=4'), await talk.member(`EIO=${revision}`)];
      const emit = (text) => talk.quietly(request('POST', sender, { body: `42["offer","${text}"]` }));
      await emit('before');
      const wire = await probing(talk, target);
      await emit('during');
      await talk.ask(get(target), 'a poll while upgrading');
      await emit('waiting');
      wire.send(textFrame('5'));
      await talk.frames(wire);
      await emit('after');
      await talk.frames(wire);
    });

    for (const [title, packets] of Object.entries({
      'an upgrade packet without a probe': ['5'],
      'another probe text': ['2other'],
      'a ping without text': ['2'],
      'a message': ['4x'],
      close: ['1'],
      'an unknown type': ['x'],
      'an empty frame': [''],
      'a probe, then a message': ['2probe', '42["offer",1]'],
      'a probe, then another': ['2probe', '2probe'],
      'a probe, then close': ['2probe', '1'],
      'a probe, then a noop': ['2probe', '6'],
      'a probe, then another text': ['2probe', '2other'],
    })) {
      exchange(`during the upgrade: ${title}, revision ${revision}`, async (talk) => {
        const target = await talk.member(`EIO=${revision}`);
        const wire = await talk.webSocket(overWebSocket(target));
        for (const packet of packets) wire.send(textFrame(packet));
        await talk.settle();
        wire.send(frame('close'));
        await talk.framesToTheEnd(wire);
        await talk.fate(target);
      });
    }

    exchange(`a binary frame during the upgrade, revision ${revision}`, async (talk) => {
      const target = await talk.member(`EIO=${revision}`);
      const wire = await talk.webSocket(overWebSocket(target));
      wire.send(frame('binary', '2probe'));
      await talk.framesToTheEnd(wire);
      await talk.fate(target);
    });

    exchange(`the WebSocket is lost after the probe, revision ${revision}`, async (talk) => {
      const target = await talk.member(`EIO=${revision}`);
      const wire = await probing(talk, target);
      wire.destroy();
      await talk.settle();
      await talk.fate(target);
      const second = await probing(talk, target);
      second.send(textFrame('5'));
      second.send(textFrame('40/nope,'));
      await talk.frames(second);
    });

    exchange(`a second attempt while one is under way, revision ${revision}`, async (talk) => {
      const target = await talk.member(`EIO=${revision}`);
      const first = await probing(talk, target);
      const second = await talk.webSocket(overWebSocket(target));
      await talk.framesToTheEnd(second);
      first.send(textFrame('5'));
      first.send(textFrame('40/nope,'));
      await talk.frames(first);
    });

    exchange(`a session that is already upgraded, revision ${revision}`, async (talk) => {
      const target = await talk.member(`EIO=${revision}`);
      const first = await probing(talk, target);
      first.send(textFrame('5'));
      first.send(textFrame('40/nope,'));
      await talk.frames(first);
      const second = await talk.webSocket(overWebSocket(target));
      await talk.framesToTheEnd(second);
    });

    exchange(`the session is closed by POST during the upgrade, revision ${revision}`, async (talk) => {
      const target = await talk.member(`EIO=${revision}`);
      const wire = await probing(talk, target);
      await talk.ask(request('POST', target, { body: revision === 4 ? '1' : '1:1' }));
      await talk.framesToTheEnd(wire);
    });

    exchange(`another revision than the session's, revision ${revision}`, async (talk) => {
      const target = overWebSocket(await talk.session(`EIO=${revision}`));
      await talk.ask(upgrade(target.replace(`EIO=${revision}`, `EIO=${7 - revision}`)));
    });
  }

  exchange('a session that does not exist', upgrade(`${WS(4)}&sid=AAAAAAAAAAAAAAAAAAAA`));
  exchange('an unknown transport', upgrade('/socket.io/?EIO=4&transport=nope'));
  exchange('no query', upgrade('/socket.io/'));
  exchange('transport=polling', async (talk) => {
    const wire = await talk.webSocket('/socket.io/?EIO=4&transport=polling');
    await talk.framesToTheEnd(wire);
  });
  exchange('transport=polling in a session', async (talk) => {
    const target = await talk.session();
    const wire = await talk.webSocket(target);
    await talk.framesToTheEnd(wire);
    await talk.fate(target);
  });
  exchange('transport=websocket in a WebSocket session', async (talk) => {
    const first = talk.start(upgrade(WS(4)));
    await first.response();
    const { sid } = JSON.parse((await first.frame()).payload.toString().slice(1));
    const second = await talk.webSocket(`${WS(4)}&sid=${sid}`);
    await talk.framesToTheEnd(second);
  });
  exchange('no EIO', async (talk) => {
    const wire = await talk.webSocket('/socket.io/?transport=websocket');
    await talk.frames(wire, 2);
  });
  exchange('b64', async (talk) => {
    const wire = await talk.webSocket(`${WS(4)}&b64=1`);
    await talk.frames(wire);
    wire.send(textFrame('40'));
    await talk.frames(wire);
    const sender = await talk.member();
    await talk.quietly(
      request('POST', sender, { body: '451-["offer",{"_placeholder":true,"num":0}]\u001ebAQID' }),
    );
    await talk.frames(wire, 2);
  });

  exchange('on a path that nobody handles', async (talk) => {
    const wire = talk.start(upgrade('/nope?EIO=4&transport=websocket'));
    await talk.hear(wire);
  });
  exchange('on the path without its slash', async (talk) => {
    const wire = talk.start(upgrade('/socket.io?EIO=4&transport=websocket'));
    await talk.hear(wire);
  });
  exchange('on the bundle', async (talk) => {
    const wire = talk.start(upgrade('/socket.io/socket.io.js'));
    await talk.hear(wire);
  });

  for (const [title, headers] of Object.entries({
    'no key': { 'Sec-WebSocket-Key': null },
    'a short key': { 'Sec-WebSocket-Key': 'AAAA' },
    'a key that is no base64': { 'Sec-WebSocket-Key': '!!!!!!!!!!!!!!!!!!!!!!==' },
    'no version': { 'Sec-WebSocket-Version': null },
    'version 8': { 'Sec-WebSocket-Version': '8' },
    'version 12': { 'Sec-WebSocket-Version': '12' },
    'another protocol': { Upgrade: 'h2c' },
    capitals: { Upgrade: 'WebSocket', Connection: 'upgrade' },
    'keep-alive beside it': { Connection: 'keep-alive, Upgrade' },
    'no Connection': { Connection: null },
    'no Upgrade': { Upgrade: null },
    'Upgrade with more': { Upgrade: 'websocket, h2c' },
    'a subprotocol': { 'Sec-WebSocket-Protocol': 'chat' },
    'several subprotocols': { 'Sec-WebSocket-Protocol': 'one, two' },
    'subprotocols in two headers': { 'Sec-WebSocket-Protocol': ['one', 'two'] },
    'a broken subprotocol': { 'Sec-WebSocket-Protocol': 'a b' },
    'the same subprotocol twice': { 'Sec-WebSocket-Protocol': 'a, b, a' },
    'a comma too many in the subprotocols': { 'Sec-WebSocket-Protocol': 'a,,b' },
    'an empty list of subprotocols': { 'Sec-WebSocket-Protocol': '' },
    'permessage-deflate': { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' },
    'broken extensions': { 'Sec-WebSocket-Extensions': ';;=' },
  })) {
    exchange(`handshake with ${title}`, async (talk) => {
      const wire = talk.start(upgrade(WS(4), headers));
      const response = await talk.hear(wire);
      if (response?.status === 101) await talk.frames(wire);
    });
  }
  for (const method of ['POST', 'PUT', 'HEAD', 'OPTIONS']) {
    exchange(`handshake by ${method}`, async (talk) => {
      const wire = talk.start(upgrade(WS(4), {}, method));
      await talk.hear(wire, '', method);
    });
  }
  exchange('handshake by HTTP/1.0', async (talk) => {
    const bytes = upgrade(WS(4)).toString('latin1').replace('HTTP/1.1', 'HTTP/1.0');
    await talk.hear(talk.start(Buffer.from(bytes, 'latin1')));
  });
  exchange('frames in one piece with the handshake', async (talk) => {
    const wire = talk.start(Buffer.concat([upgrade(WS(4)), textFrame('40')]));
    await talk.hear(wire);
    await talk.frames(wire, 2);
  });
});
