// Binary in every place of a payload, from and to clients of every revision.
import { family } from '../harness/scenario.mjs';
import { EVENTS } from '../harness/peer.mjs';
import { bytes } from '../harness/values.mjs';

const attachments = (count) => Array.from({ length: count }, (_, i) => bytes(i + 1));

family('binary', (scenario) => {
  for (const name of EVENTS.slice(0, 3)) {
    scenario(`at the top, inside and deep down by ${name}`, async ({ a, sync }) => {
      a.emit(name, bytes(20));
      a.emit(name, { data: bytes(20) });
      a.emit(name, [1, bytes(3), 'x']);
      a.emit(name, { a: [{ b: { c: [bytes(1), null, bytes(2)] } }], z: bytes(3) });
      await sync();
    });
  }

  scenario('by message, to one and to several', async ({ a, b, c, sync }) => {
    a.emit('message', { channel: b.id, message: bytes(20) });
    a.emit('message', { channel: [c.id, b.id], message: { data: [bytes(2), { more: bytes(3) }] } });
    a.emit('message', { channel: [], message: [bytes(9)] });
    await sync();
  });

  scenario('of no bytes, one byte and every byte', async ({ a, sync }) => {
    for (const size of [0, 1, 2, 3, 255, 256, 257]) a.emit('offer', { size, data: bytes(size) });
    await sync();
  });

  scenario('as ArrayBuffer and as views', async ({ a, sync }) => {
    const { buffer } = new Uint8Array(bytes(16));
    a.emit('offer', buffer);
    a.emit('answer', { buffer, view: new Uint8Array(buffer, 4, 6) });
    a.emit('onicecandidate', [new Uint16Array(buffer, 2, 3), new DataView(buffer, 1, 2)]);
    await sync();
  });

  scenario('the same bytes twice in one payload', async ({ a, sync }) => {
    const data = bytes(5);
    a.emit('offer', { first: data, second: data, list: [data, data] });
    await sync();
  });

  scenario('ten attachments', async ({ a, sync }) => {
    a.emit('offer', attachments(10));
    await sync();
  });

  scenario('eleven attachments', async ({ a, b, c, fate }) => {
    a.emit('offer', attachments(11));
    await fate(a, b);
    b.emit('answer', 'the others go on');
    await c.saw('received');
  });

  scenario('beside text that looks like a placeholder', async ({ a, sync }) => {
    a.emit('offer', { data: bytes(4), text: '{"_placeholder":true,"num":0}' });
    a.emit('offer', { text: '_placeholder', list: [{ num: 0 }], data: bytes(2) });
    await sync();
  });

  scenario('in arguments that are dropped', async ({ a, sync }) => {
    a.emit('offer', 'kept', bytes(4));
    a.emit('answer', bytes(5), bytes(6), { more: bytes(7) });
    await sync();
  });

  scenario('between other events, in order', { bySender: true }, async ({ a, b, sync }) => {
    for (let i = 0; i < 15; i++) {
      a.emit(EVENTS[i % 3], { from: 'a', i, ...(i % 2 ? { data: bytes(i) } : {}) });
      b.emit(EVENTS[(i + 1) % 3], { from: 'b', i, ...(i % 3 ? {} : { data: [bytes(i), bytes(1)] }) });
    }
    await sync();
  });

  scenario('as a channel', async ({ a, sync }) => {
    a.emit('message', { channel: bytes(4), message: 'to nobody' });
    a.emit('message', { channel: [bytes(4)], message: bytes(4) });
    await sync();
  });
});
