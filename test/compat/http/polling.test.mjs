// The polling transport: handshakes, requests that overlap, sizes, compression.
import { exchanges } from '../harness/exchange.mjs';
import { request } from '../harness/wire.mjs';
import { bytes } from '../harness/values.mjs';

const get = (target, headers) => request('GET', target, { headers });
const post = (target, body, headers) => request('POST', target, { body, headers });
const RS = '\u001e';

/** Length-prefixed packets, as revision 3 sends them in text. */
const v3 = (...packets) => packets.map((packet) => `${packet.length}:${packet}`).join('');

exchanges('polling', (exchange) => {
  for (const query of ['EIO=4', 'EIO=3', 'EIO=4&b64=1', 'EIO=3&b64=1']) {
    exchange(`handshake, connect and first polls, ${query}`, async (talk) => {
      const wire = await talk.ask(get(`/socket.io/?${query}&transport=polling`));
      const sid = /"sid":"([^"]+)"/.exec(wire.body.toString())[1];
      const target = `/socket.io/?${query}&transport=polling&sid=${sid}`;
      if (query.startsWith('EIO=4')) await talk.ask(post(target, '40'));
      await talk.ask(get(target));
    });

    exchange(`an event with binary and one without, ${query}`, async (talk) => {
      const [sender, receiver] = [await talk.member('EIO=4'), await talk.member(query)];
      await talk.ask(
        post(
          sender,
          `42["offer",{"text":"é 日本 🎥"}]${RS}451-["answer",{"_placeholder":true,"num":0}]${RS}bAQIDBA==`,
        ),
      );
      await talk.ask(get(receiver));
    });

    exchange(`text beyond ASCII alone, ${query}`, async (talk) => {
      const [sender, receiver] = [await talk.member('EIO=4'), await talk.member(query)];
      await talk.quietly(post(sender, `42["offer","é 日本 🎥\u2028"]${RS}42["answer","plain"]`));
      await talk.ask(get(receiver));
    });
  }

  for (const [revision, end] of [
    ['4', '40'],
    ['3', v3('2')],
  ]) {
    exchange(`a second GET while one is held, revision ${revision}`, async (talk) => {
      const target = await talk.member(`EIO=${revision}`);
      const held = await talk.hold(target);
      await talk.ask(get(target), 'the second');
      await talk.hear(held, 'the held one');
      await talk.fate(target);
    });

    exchange(`a second POST while one is being read, revision ${revision}`, async (talk) => {
      const target = await talk.member(`EIO=${revision}`);
      const held = await talk.hold(target);
      const first = talk.start(post(target, end, { 'Content-Length': 100 }));
      await talk.settle();
      await talk.ask(post(target, end), 'the second');
      await talk.hear(held, 'the held GET');
      await talk.hear(first, 'the first');
      await talk.fate(target);
    });

    exchange(`a held GET whose connection is cut, revision ${revision}`, async (talk) => {
      const target = await talk.member(`EIO=${revision}`);
      const held = await talk.hold(target);
      held.destroy();
      await talk.settle();
      await talk.fate(target);
    });

    exchange(`a POST whose connection is cut, revision ${revision}`, async (talk) => {
      const target = await talk.member(`EIO=${revision}`);
      const held = await talk.hold(target);
      const cut = talk.start(post(target, end, { 'Content-Length': 100 }));
      await talk.settle();
      cut.destroy();
      await talk.hear(held, 'the held GET');
      await talk.fate(target);
    });

    exchange(`GET and POST on one connection, one behind the other, revision ${revision}`, async (talk) => {
      const target = await talk.session(`EIO=${revision}`);
      const wire = talk.start(Buffer.concat([post(target, revision === '4' ? '40' : v3('2')), get(target)]));
      await talk.hear(wire, 'POST');
      await talk.hear(wire, 'GET');
    });
  }

  for (const revision of ['4', '3']) {
    const event = (size) => {
      const packet = `42["offer","${'x'.repeat(size)}"]`;
      return revision === '4' ? packet : v3(packet);
    };
    const overhead = event(999_000).length - 999_000;
    exchange(`a POST of just the largest size, revision ${revision}`, async (talk) => {
      const target = await talk.member(`EIO=${revision}`);
      await talk.ask(post(target, event(1_000_000 - overhead)));
    });
    exchange(`a POST of one byte more, revision ${revision}`, async (talk) => {
      const target = await talk.member(`EIO=${revision}`);
      await talk.ask(post(target, event(1_000_001 - overhead)));
      await talk.fate(target);
    });
    exchange(`a POST much too large, in chunks, revision ${revision}`, async (talk) => {
      const target = await talk.member(`EIO=${revision}`);
      const wire = talk.start(request('POST', target, { headers: { 'Transfer-Encoding': 'chunked' } }));
      const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536, 'x'), Buffer.from('\r\n')]);
      for (let i = 0; i < 20; i++) wire.send(chunk);
      wire.send('0\r\n\r\n');
      await talk.hear(wire);
      await talk.fate(target);
    });
  }

  exchange('a POST in chunks', async (talk) => {
    const [sender, receiver] = [await talk.member(), await talk.member()];
    const wire = talk.start(request('POST', sender, { headers: { 'Transfer-Encoding': 'chunked' } }));
    wire.send('6\r\n42["of\r\n');
    await talk.settle();
    wire.send('7\r\nfer",1]\r\n0\r\n\r\n');
    await talk.hear(wire);
    await talk.ask(get(receiver));
  });
  exchange('a POST without length', async (talk) => {
    const target = await talk.member();
    await talk.ask(request('POST', target));
    await talk.fate(target);
  });
  exchange('a POST that waits for leave', async (talk) => {
    const target = await talk.member();
    const wire = talk.start(post(target, '', { 'Content-Length': 13, Expect: '100-continue' }));
    await talk.hear(wire, 'leave', 'HEAD');
    wire.send('42["offer",1]');
    await talk.hear(wire);
  });
  exchange('a GET with a body', async (talk) => {
    const target = await talk.session();
    await talk.quietly(post(target, '40'));
    await talk.ask(request('GET', target, { body: '41' }));
    await talk.fate(target);
  });
  exchange('a poll after the session has ended', async (talk) => {
    const target = await talk.member();
    await talk.quietly(post(target, '1'));
    await talk.ask(get(target));
    await talk.ask(post(target, '40'));
  });
  exchange('close without a poll held', async (talk) => {
    const target = await talk.member();
    await talk.ask(post(target, '1'));
    await talk.ask(get(target));
  });
  exchange('many events for one poll', async (talk) => {
    const [sender, receiver] = [await talk.member(), await talk.member()];
    for (let i = 0; i < 5; i++) await talk.quietly(post(sender, `42["offer",${i}]`));
    await talk.ask(get(receiver));
  });

  for (const agent of [
    'Mozilla/5.0 (compatible;MSIE 10.0; Windows NT 6.2)',
    'Mozilla/5.0 (compatible; MSIE 10.0)',
    'Mozilla/5.0 (Windows NT 10.0; Trident/7.0; rv:11.0)',
    'Mozilla/5.0 Firefox/130',
  ]) {
    exchange(`as ${agent}`, async (talk) => {
      const answer = await talk.ask(get('/socket.io/?EIO=4&transport=polling', { 'User-Agent': agent }));
      const sid = /"sid":"([^"]+)"/.exec(answer.body.toString())[1];
      await talk.ask(post(`/socket.io/?EIO=4&transport=polling&sid=${sid}`, '40', { 'User-Agent': agent }));
    });
  }

  for (const accepted of [
    'gzip',
    'deflate',
    'gzip, deflate, br',
    'deflate, gzip',
    'deflate;q=1, gzip;q=0.5',
    'br',
    'gzip;q=0',
    '*',
    'identity',
    'GZIP',
    '',
    'gzip;q=0.5, *;q=0',
  ]) {
    exchange(`a large answer, accepting "${accepted}"`, async (talk) => {
      const [sender, receiver] = [await talk.member(), await talk.member()];
      await talk.quietly(post(sender, `42["offer","${'x'.repeat(3000)}"]`));
      await talk.ask(get(receiver, { 'Accept-Encoding': accepted }));
    });
  }
  for (const size of [1010, 1011, 1012]) {
    exchange(`an answer of about a kilobyte: ${size}, accepting gzip`, async (talk) => {
      const [sender, receiver] = [await talk.member(), await talk.member()];
      await talk.quietly(post(sender, `42["offer","${'x'.repeat(size)}"]`));
      await talk.ask(get(receiver, { 'Accept-Encoding': 'gzip' }));
    });
  }
  exchange('a large binary answer of revision 3, accepting gzip', async (talk) => {
    const [sender, receiver] = [await talk.member(), await talk.member('EIO=3')];
    const data = bytes(3000).toString('base64');
    await talk.quietly(post(sender, `451-["offer",{"_placeholder":true,"num":0}]${RS}b${data}`));
    await talk.ask(get(receiver, { 'Accept-Encoding': 'gzip' }));
  });
});
