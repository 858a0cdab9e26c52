// Payloads of a POST in both revisions: good, broken, hostile, and of every content type.
import { exchanges } from '../harness/exchange.mjs';
import { request } from '../harness/wire.mjs';
import { bytes } from '../harness/values.mjs';

const get = (target, headers) => request('GET', target, { headers });
const post = (target, body, headers) => request('POST', target, { body, headers });
const RS = '\u001e';

/** Length-prefixed packets, as revision 3 sends them in text. */
const v3 = (...packets) => packets.map((packet) => `${packet.length}:${packet}`).join('');

/** Text with bytes in it that are no UTF-8. */
function broken(...parts) {
  return Buffer.concat(parts.map((part) => Buffer.from(typeof part === 'number' ? [part] : part)));
}

/** Bodies of a POST in a session that has joined "/", each with a name. */
const BODIES_V4 = {
  'an event': '42["offer",1]',
  'two events': `42["offer",1]${RS}42["answer",2]`,
  nothing: '',
  'a separator': RS,
  'a separator at the end': `42["offer",1]${RS}`,
  'an unknown packet type': 'x',
  'a type without a digit': '9',
  'a ping from the client': '2',
  'a probe over polling': '2probe',
  'a pong nobody waits for': '3',
  'an open packet': '0{"sid":"x"}',
  'an upgrade over polling': '5',
  'a noop': '6',
  close: '1',
  'close, then an event': `1${RS}42["offer",1]`,
  'an event, then close': `42["offer",1]${RS}1`,
  'an empty message': '4',
  'binary that nobody announced': 'bAAAA',
  'binary that is no base64': 'b!!!!',
  'a binary event': `451-["offer",{"_placeholder":true,"num":0}]${RS}bAQID`,
  'a binary event with unpadded base64': `451-["offer",{"_placeholder":true,"num":0}]${RS}bAQ`,
  'a broken Socket.IO packet': '42{',
  'a payload of revision 3': '12:42["offer",1]',
  'text beyond ASCII': '42["offer","é 日本 🎥"]',
  'a space behind the packet type': '42 ',
  'broken UTF-8 in an event': broken('42["offer","', 0xff, 0xc3, '"]'),
  'half a character in an event': broken('42["offer","', 0xe6, 0x97, '"]'),
  'a surrogate in UTF-8 in an event': broken('42["offer","', 0xed, 0xa0, 0x80, '"]'),
  'bytes that are no UTF-8 alone': broken(0xff, 0xfe),
};

const BODIES_V3 = {
  'an event': v3('42["offer",1]'),
  'two events': v3('42["offer",1]', '42["answer",2]'),
  nothing: '',
  'no length': '42["offer",1]',
  'a length too long': '99:42["offer",1]',
  'a length too short': '5:42["offer",1]',
  'a length that is no number': 'abc:42["offer",1]',
  'a negative length': '-1:4',
  'a length of nothing': ':',
  'a length with a leading zero': '013:42["offer",1]',
  'a length in exponents': '1e1:42["offer",',
  'a zero length': '0:',
  'a good one, then a bad one': `${v3('42["offer",1]')}7:`,
  'a ping': v3('2'),
  'a ping with text': v3('2probe'),
  'a pong': v3('3'),
  close: v3('1'),
  'an unknown packet type': v3('9'),
  'broken UTF-8 in an event': broken('16:42["offer","', 0xff, 0xc3, '"]'),
  'lengths in UTF-16 units': v3('42["offer","é 日本 🎥"]'),
  base64: v3('451-["offer",{"_placeholder":true,"num":0}]', 'b4AQID'),
  'base64 without its type': v3('451-["offer",{"_placeholder":true,"num":0}]', 'bAQID'),
};

/** One packet of revision 3's binary payload. */
function v3Binary(packet) {
  const data = Buffer.from(packet);
  const digits = Buffer.from([...String(data.length)].map(Number));
  return Buffer.concat([Buffer.from([typeof packet === 'string' ? 0 : 1]), digits, Buffer.from([255]), data]);
}

exchanges('payloads', (exchange) => {
  for (const [revision, bodies] of [
    ['4', BODIES_V4],
    ['3', BODIES_V3],
  ]) {
    for (const [title, body] of Object.entries(bodies)) {
      exchange(`POST in revision ${revision}: ${title}`, async (talk) => {
        const [sender, receiver] = [await talk.member(`EIO=${revision}`), await talk.member('EIO=4')];
        const held = await talk.hold(sender);
        await talk.ask(post(sender, body));
        await talk.answers(held, sender, receiver);
      });
    }
  }

  for (const revision of ['4', '3']) {
    for (const type of [
      'application/octet-stream',
      'application/octet-stream; charset=utf-8',
      'Application/Octet-Stream',
      'text/plain;charset=UTF-8',
      'application/json',
      'application/x-www-form-urlencoded',
      '',
      'nonsense',
    ]) {
      exchange(`POST as "${type}", revision ${revision}`, async (talk) => {
        const target = await talk.member(`EIO=${revision}`);
        const held = await talk.hold(target);
        const packet = '40/nope,';
        const body =
          revision === '4'
            ? packet
            : type.toLowerCase() === 'application/octet-stream'
              ? v3Binary(packet)
              : v3(packet);
        await talk.ask(post(target, body, { 'Content-Type': type }));
        await talk.hear(held, 'the held GET');
      });
    }
  }

  exchange('a binary payload of revision 3', async (talk) => {
    const [sender, receiver] = [await talk.member('EIO=3'), await talk.member('EIO=4')];
    const body = Buffer.concat([
      v3Binary('42["offer","é 🎥"]'),
      v3Binary('451-["answer",{"_placeholder":true,"num":0}]'),
      v3Binary(Buffer.concat([Buffer.from([4]), bytes(300)])),
    ]);
    await talk.ask(post(sender, body, { 'Content-Type': 'application/octet-stream' }));
    await talk.ask(get(receiver));
  });
  for (const [title, body] of Object.entries({
    'without an end of the length': Buffer.from([0, 1, 2]),
    'with a length too long': Buffer.from([0, 9, 255, 0x34]),
    'with an endless length': Buffer.concat([Buffer.from([0]), Buffer.alloc(400, 9), Buffer.from([255])]),
    'of an unknown kind': Buffer.from([7, 1, 255, 0x34]),
    'of nothing': Buffer.alloc(0),
  })) {
    exchange(`a binary payload of revision 3 ${title}`, async (talk) => {
      const target = await talk.member('EIO=3');
      const held = await talk.hold(target);
      await talk.ask(post(target, body, { 'Content-Type': 'application/octet-stream' }));
      await talk.answers(held, target);
    });
  }
});
