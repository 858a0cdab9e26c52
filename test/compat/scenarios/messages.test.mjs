// `message`: who gets it.
import { family } from '../harness/scenario.mjs';

/** Channels that name no room, whatever the server makes of them. */
const MALFORMED = [
  5,
  0,
  -1,
  true,
  false,
  null,
  undefined,
  '',
  'nobody',
  {},
  { a: 1 },
  [5],
  [null],
  [[]],
  [{}],
  [true, false],
  [undefined],
  ['nobody', 'nothing'],
  '/',
  ['/'],
  '__proto__',
  'constructor',
  ['toString'],
];

family('messages', (scenario) => {
  scenario('to one, by its id', async ({ a, b, c, sync }) => {
    a.emit('message', { channel: b.id, message: 'a to b' });
    await sync();
    b.emit('message', { channel: c.id, message: { text: 'b to c' } });
    await sync();
    c.emit('message', { channel: a.id, message: ['c to a'] });
    await sync();
  });

  scenario('to several, each once', async ({ a, b, c, sync }) => {
    a.emit('message', { channel: [b.id, c.id], message: 'both' });
    a.emit('message', { channel: [b.id, b.id, c.id, b.id], message: 'named often' });
    a.emit('message', { channel: [b.id, 'nobody', 5, null], message: 'among others' });
    await sync();
  });

  scenario('to oneself', async ({ a, b, sync }) => {
    a.emit('message', { channel: a.id, message: 'me' });
    a.emit('message', { channel: [a.id, b.id], message: 'me and b' });
    await sync();
  });

  scenario('to everyone else, by an empty list', async ({ a, b, sync }) => {
    a.emit('message', { channel: [], message: 'all' });
    await sync();
    b.emit('message', { channel: [], message: { all: true } });
    await sync();
  });

  scenario('to channels that name nobody', async ({ a, sync }) => {
    for (const channel of MALFORMED) a.emit('message', { channel, message: 'lost' });
    a.emit('message', { message: 'no channel at all' });
    await sync();
  });

  scenario('lists inside the list of channels', async ({ a, b, c, sync }) => {
    a.emit('message', { channel: [[b.id]], message: 'one level down' });
    a.emit('message', { channel: [[[c.id]]], message: 'two levels down' });
    a.emit('message', { channel: [[b.id, c.id], []], message: 'beside an empty one' });
    await sync();
  });

  scenario('ids that are nearly right', async ({ a, b, sync }) => {
    for (const channel of [
      ` ${b.id}`,
      b.id.toLowerCase() + 'x',
      `/#${b.id}`,
      b.id.slice(1),
      `${b.id}\u0000`,
    ]) {
      a.emit('message', { channel, message: 'lost' });
    }
    await sync();
  });

  scenario('that are no objects', async ({ a, sync }) => {
    for (const letter of [5, 0, true, false, '', 'text', [], [1, 2], ['channel']]) a.emit('message', letter);
    await sync();
  });

  scenario('with a length, an inherited or a missing field', async ({ a, b, sync }) => {
    a.emit('message', { channel: b.id });
    a.emit('message', { channel: b.id, message: undefined });
    a.emit('message', { channel: b.id, message: null });
    a.emit('message', { channel: b.id, message: 'x', more: 'dropped' });
    a.emit('message', JSON.parse(`{"__proto__":{"channel":"${b.id}","message":"inherited"}}`));
    await sync();
  });

  scenario('with further arguments', async ({ a, b, sync }) => {
    a.emit('message', { channel: b.id, message: 'first' }, { channel: b.id, message: 'second' });
    await sync();
  });

  scenario('to one who has left', async ({ a, b, c, sync }) => {
    const { id } = b;
    b.close();
    await b.saw('disconnect');
    await sync(a, c);
    a.emit('message', { channel: [id, c.id], message: 'who is left' });
    a.emit('message', { channel: id, message: 'nobody' });
    await sync(a, c);
  });

  scenario('by send, the short form', async ({ a, b, sync }) => {
    a.socket.send({ channel: b.id, message: 'sent' });
    await sync();
  });
});
