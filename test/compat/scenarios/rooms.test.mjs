// What is new here and unknown to Node: rooms. Whoever does not ask for one must
// not notice; what asks for one is in the table of deliberate differences.
import { family } from '../harness/scenario.mjs';

// Connects a with the options; then it speaks to all, and one outside to it.
const between =
  (options) =>
  async ({ b, c, join }) => {
    const a = await join('a', options);
    a.emit('offer', 'from the one who asked');
    await a.heard();
    b.emit('message', { channel: a.id, message: 'from outside' });
    for (const peer of [b, c, a]) await peer.heard();
  };

family('rooms', (scenario) => {
  const others = { joined: ['b', 'c'] };

  scenario('room in the query', others, between({ query: { room: 'kitchen' } }));
  scenario('room in auth', { ...others, since: '3.0.5' }, between({ auth: { room: 'kitchen' } }));
  scenario('other names in the query', others, between({ query: { channel: '5', rooms: 'kitchen' } }));

  scenario('join and leave, asking for acknowledgements', async ({ a, sync }) => {
    a.emitAsking('join', 'kitchen');
    a.emitAsking('leave', 'kitchen');
    await a.heard();
    a.emit('offer', 'outside again');
    await sync();
  });
});
