// JSONP polling: script in the answers, forms in the POSTs.
import { exchanges } from '../harness/exchange.mjs';
import { request } from '../harness/wire.mjs';

const get = (target, headers) => request('GET', target, { headers });
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const post = (target, body, headers = FORM) => request('POST', target, { body, headers });
const d = (text) => `d=${encodeURIComponent(text)}`;

const FORMS = {
  'an event': d('16:42["offer","yes"]'),
  'an event in revision 4': d('42["offer","yes"]'),
  'an escaped newline': d('17:42["offer","a\\nb"]'),
  'a newline escaped twice': d('18:42["offer","a\\\\nb"]'),
  'a newline as it is': d('16:42["offer","a\nb"]'),
  'no d': 'x=1',
  'd empty': 'd=',
  'd twice': `${d('16:42["offer","yes"]')}&d=2`,
  'd second': `x=1&${d('16:42["offer","yes"]')}`,
  'plus for space': 'd=16:42["offer","y+s"]',
  'broken escapes': 'd=16:42["offer","%zz"]',
  nothing: '',
  'no form at all': '16:42["offer","yes"]',
};

exchanges('jsonp', (exchange) => {
  for (const j of ['0', '5', '123', '', 'abc', '1x2', '<script>', '-1', '1&j=2', '%00', '1e3']) {
    for (const revision of [3, 4]) {
      exchange(
        `handshake with j=${j}, revision ${revision}`,
        get(`/socket.io/?EIO=${revision}&transport=polling&j=${j}`),
      );
    }
  }

  for (const [title, form] of Object.entries(FORMS)) {
    for (const revision of [3, 4]) {
      exchange(`POST of a form: ${title}, revision ${revision}`, async (talk) => {
        const [sender, receiver] = [await talk.member(`EIO=${revision}&j=0`), await talk.member('EIO=4')];
        const held = await talk.hold(sender);
        await talk.ask(post(sender, form));
        await talk.answers(held, sender, receiver);
      });
    }
  }

  exchange('an answer with line separators, quotes and markup', async (talk) => {
    const [sender, receiver] = [await talk.member('EIO=4'), await talk.member('EIO=3&j=7')];
    await talk.quietly(
      post(sender, '42["offer","\u2028\u2029 \\"quoted\\" </script> \\u0000 é 🎥 \\\\n"]', {}),
    );
    await talk.ask(get(receiver));
  });
  exchange('an answer with binary', async (talk) => {
    const [sender, receiver] = [await talk.member('EIO=4'), await talk.member('EIO=3&j=7')];
    await talk.quietly(post(sender, '451-["offer",{"_placeholder":true,"num":0}]\u001ebAQID', {}));
    await talk.ask(get(receiver));
  });
  exchange('an answer with binary, b64', async (talk) => {
    const [sender, receiver] = [await talk.member('EIO=4'), await talk.member('EIO=3&j=7&b64=1')];
    await talk.quietly(post(sender, '451-["offer",{"_placeholder":true,"num":0}]\u001ebAQID', {}));
    await talk.ask(get(receiver));
  });
  exchange('a large answer, accepting gzip', async (talk) => {
    const [sender, receiver] = [await talk.member('EIO=4'), await talk.member('EIO=3&j=7')];
    await talk.quietly(post(sender, `42["offer","${'x'.repeat(3000)}"]`, {}));
    await talk.ask(get(receiver, { 'Accept-Encoding': 'gzip' }));
  });
  exchange('another j in a later request', async (talk) => {
    const target = await talk.session('EIO=3&j=7');
    await talk.ask(get(target.replace('j=7', 'j=8')));
  });
  exchange('j for the first time in a later request', async (talk) => {
    const target = await talk.session('EIO=3');
    await talk.ask(get(`${target}&j=8`));
  });
  exchange('overlapping GETs', async (talk) => {
    const target = await talk.member('EIO=3&j=7');
    const held = await talk.hold(target);
    await talk.ask(get(target), 'the second');
    await talk.hear(held, 'the held one');
  });
  exchange('a form too large', async (talk) => {
    const target = await talk.member('EIO=3&j=7');
    await talk.ask(post(target, d('x'.repeat(1_000_001))));
    await talk.fate(target);
  });
});
