// Leaving and coming back, and what each side is told.
import { family } from '../harness/scenario.mjs';

// The oldest of the clients that can connect again lose the attempt while the
// old connection is still being closed.
const closed = (peer) => peer.poll('the end of the connection', () => peer.engine.readyState === 'closed');

family('lifecycle', (scenario) => {
  scenario('a client disconnects', async ({ a, b, c, sync }) => {
    const { id } = a;
    a.socket.disconnect();
    await a.saw('disconnect');
    await sync();
    b.emit('message', { channel: id, message: 'to the one who left' });
    b.emit('offer', 'to who is left');
    await sync(b, c);
  });

  scenario('a connection is closed below the client', async ({ a, b, c, sync }) => {
    a.engine.close();
    await a.saw('disconnect');
    b.emit('offer', 'to who is left');
    await sync(b, c);
  });

  scenario('a client leaves and comes back under a new id', async ({ a, b, c, join, sync }) => {
    const { id } = a;
    a.socket.disconnect();
    await a.saw('disconnect');
    const again = await join('a2', {}, 'a');
    b.record('the same id', id === again.id);
    b.emit('message', { channel: [id, again.id], message: 'welcome back' });
    await sync();
    again.emit('offer', 'back');
    await sync();
    c.emit('answer', 'hello');
    await sync();
  });

  scenario('a client connects again with the same object', { since: '2.0.4' }, async ({ a, b, sync }) => {
    a.socket.disconnect();
    await closed(a);
    a.socket.connect();
    await a.saw('connect', 2);
    await a.settled();
    b.emit('message', { channel: a.id, message: 'welcome back' });
    await sync();
    a.emit('offer', 'back');
    await sync();
  });

  scenario('events emitted while disconnected', { since: '2.0.4' }, async ({ a, sync }) => {
    a.socket.disconnect();
    await closed(a);
    for (let i = 0; i < 3; i++) a.emit('offer', { kept: i });
    a.socket.connect();
    await a.settled();
    await sync();
  });

  scenario('coming and going five times', { mixed: false }, async ({ b, c, join, sync }) => {
    for (let i = 0; i < 5; i++) {
      const guest = await join(`a${i}`, {}, 'a');
      guest.emit('offer', `visit ${i}`);
      await sync(guest, b, c);
      guest.socket.disconnect();
      await guest.saw('disconnect');
    }
    await sync(b, c);
  });

  scenario('everybody leaves, one returns to an empty server', async ({ a, b, c, join, sync }) => {
    for (const peer of [a, b, c]) peer.socket.disconnect();
    const again = await join('a2', {}, 'a');
    again.emit('offer', 'to nobody');
    await again.heard();
    const other = await join('b2', {}, 'b');
    again.emit('offer', 'to one');
    await sync(again, other);
  });
});
