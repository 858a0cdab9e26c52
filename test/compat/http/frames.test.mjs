// WebSocket frames: what a server must take, and what it must close for.
import { exchanges } from '../harness/exchange.mjs';
import { frame, request, textFrame } from '../harness/wire.mjs';

const EVENT = '42["offer","whole"]';
const closing = (code, reason = '') => {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, 2);
  return frame('close', payload);
};

/** Frames after which the connection still serves its client. */
const SERVED = {
  'a message in one frame': [textFrame(EVENT)],
  'a message in three': [
    frame('text', '42["of', { fin: false }),
    frame('continuation', 'fer","wh', { fin: false }),
    frame('continuation', 'ole"]'),
  ],
  'a ping between two fragments': [
    frame('text', '42["of', { fin: false }),
    frame('ping', 'hello'),
    frame('continuation', 'fer","whole"]'),
  ],
  'a fragment of nothing': [frame('text', '', { fin: false }), frame('continuation', EVENT)],
  'a ping': [frame('ping', 'hello')],
  'a ping of nothing': [frame('ping')],
  'the longest ping': [frame('ping', 'x'.repeat(125))],
  'a pong that nobody waits for': [frame('pong', 'hello')],
  'a binary event': [
    textFrame('451-["offer",{"_placeholder":true,"num":0}]'),
    frame('binary', Buffer.from([1, 2, 3])),
  ],
  'a binary attachment in fragments': [
    textFrame('451-["offer",{"_placeholder":true,"num":0}]'),
    frame('binary', Buffer.from([1]), { fin: false }),
    frame('continuation', Buffer.from([2, 3])),
  ],
  'an attachment as base64': [textFrame('451-["offer",{"_placeholder":true,"num":0}]'), textFrame('bAQID')],
  'a noop': [textFrame('6')],
  'an open packet': [textFrame('0{}')],
  'an upgrade packet': [textFrame('5')],
  'a pong of Engine.IO': [textFrame('3')],
  'a message of 126 bytes': [textFrame(`42["offer","${'x'.repeat(113)}"]`)],
  'a message of 70,000 bytes': [textFrame(`42["offer","${'x'.repeat(70_000)}"]`)],
  'a message of just the largest size': [textFrame(`42["offer","${'x'.repeat(1_000_000 - 13)}"]`)],
  'a namespace that does not exist': [textFrame('40/nope,')],
};

/** Frames for which the connection is closed, or that end it themselves. */
const CLOSED = {
  'a message too large by a byte': [textFrame(`42["offer","${'x'.repeat(1_000_001 - 13)}"]`)],
  'fragments too large together': [
    frame('text', 'x'.repeat(600_000), { fin: false }),
    frame('continuation', 'x'.repeat(600_000)),
  ],
  'a length beyond everything': [Buffer.from([0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
  'a frame without a mask': [frame('text', EVENT, { masked: false })],
  'a reserved bit': [frame('text', EVENT, { reserved: 4 })],
  'another reserved bit': [frame('text', EVENT, { reserved: 1 })],
  'a reserved opcode': [frame(3, EVENT)],
  'a reserved control opcode': [frame(11, '')],
  'a continuation of nothing': [frame('continuation', EVENT)],
  'a message inside another': [frame('text', '42["of', { fin: false }), textFrame(EVENT)],
  'a ping in fragments': [frame('ping', 'x', { fin: false })],
  'a ping too long': [frame('ping', 'x'.repeat(126))],
  'text that is no UTF-8': [frame('text', Buffer.from([0x34, 0x32, 0xff, 0xfe]))],
  'text that ends in half a character': [
    frame('text', Buffer.concat([Buffer.from('42["offer","'), Buffer.from([0xe6, 0x97])])),
  ],
  'half a character in each fragment, broken': [
    frame('text', Buffer.from([0x34, 0xe6]), { fin: false }),
    frame('continuation', Buffer.from([0x22])),
  ],
  'close without code': [frame('close')],
  'close 1000': [closing(1000)],
  'close 1000 with a reason': [closing(1000, 'bye')],
  'close 1001': [closing(1001)],
  'close 3000': [closing(3000, 'mine')],
  'close 4999': [closing(4999)],
  'close 1005': [closing(1005)],
  'close 1006': [closing(1006)],
  'close 999': [closing(999)],
  'close 2000': [closing(2000)],
  'close of one byte': [frame('close', 'x')],
  'close with a reason that is no UTF-8': [frame('close', Buffer.from([3, 232, 0xff, 0xfe]))],
  'an Engine.IO close': [textFrame('1')],
  'an Engine.IO close in revision 3 form': [textFrame('1:1')],
  'an empty text frame': [textFrame('')],
  'an unknown Engine.IO type': [textFrame('9')],
  'a letter': [textFrame('x')],
  'an empty message': [textFrame('4')],
  'a binary frame that nobody announced': [frame('binary', Buffer.from([4, 1, 2]))],
  'an empty binary frame': [frame('binary', '')],
  'base64 that nobody announced': [textFrame('bAAAA')],
  'base64 of nothing': [textFrame('b')],
  'a second CONNECT': [textFrame('40')],
  'a broken packet': [textFrame('42{')],
  'a broken CONNECT': [textFrame('40{"x":')],
  'a namespace that was not joined': [textFrame('42/nope,["offer",1]')],
  'a reserved event': [textFrame('42["disconnect"]')],
};

/** Frames whose effect depends on the revision. */
const BY_REVISION = {
  'a ping of Engine.IO': [textFrame('2')],
  'a ping with text': [textFrame('2probe')],
};

exchanges('frames', (exchange) => {
  for (const revision of [4, 3]) {
    for (const [title, frames] of Object.entries({ ...SERVED, ...CLOSED, ...BY_REVISION })) {
      exchange(`${title}, revision ${revision}`, async (talk) => {
        const wire = await talk.socket(`EIO=${revision}`);
        const other = await talk.member();
        for (const bytes of frames) wire.send(bytes);
        await untilServed(talk, wire);
        await talk.quietly(request('POST', other, { body: '40/nope,' }));
        await talk.ask(request('GET', other), 'what the other one gets');
      });
    }
  }

  exchange('the connection is cut in the middle of a frame', async (talk) => {
    const wire = await talk.socket();
    const other = await talk.member();
    wire.send(textFrame(EVENT).subarray(0, 10));
    await talk.settle();
    wire.destroy();
    await talk.settle();
    await talk.fate(other);
  });

  exchange('a frame byte by byte', async (talk) => {
    const wire = await talk.socket();
    const other = await talk.member();
    wire.socket.setNoDelay(true);
    for (const byte of textFrame(EVENT)) {
      wire.send(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await talk.ask(request('GET', other), 'what the other one gets');
  });

  exchange('many frames in one piece', async (talk) => {
    const wire = await talk.socket();
    const other = await talk.socket();
    wire.send(Buffer.concat(Array.from({ length: 50 }, (_, i) => textFrame(`42["offer",${i}]`))));
    await talk.frames(other, 50);
  });
});

// Notes frames until the one that answers a last question, or until the end.
async function untilServed(talk, wire) {
  wire.send(textFrame('40/last,'));
  do await talk.frames(wire);
  while (talk.lines.at(-1) !== '(closed)' && !talk.lines.at(-1).includes('44/last,'));
}
