// Many events at once from all sides: what one sender sent arrives in its order.
import { family } from '../harness/scenario.mjs';
import { EVENTS } from '../harness/peer.mjs';
import { bytes } from '../harness/values.mjs';

const ROUNDS = 40;

// One burst: the four events in turn, the message to everybody by name.
function burst(sender, others, payload = (i) => ({ i })) {
  for (let i = 0; i < ROUNDS; i++) {
    const name = EVENTS[i % EVENTS.length];
    const value = { from: sender.name, ...payload(i) };
    sender.emit(name, name === 'message' ? { channel: others.map(({ id }) => id), message: value } : value);
  }
}

const withoutOne = (peers, one) => peers.filter((peer) => peer !== one);

family('crowd', (scenario) => {
  const crowd = { bySender: true };

  scenario('all four events from everyone at once', crowd, async ({ a, b, c, sync }) => {
    for (const sender of [a, b, c]) burst(sender, withoutOne([a, b, c], sender));
    await sync();
  });

  scenario('text, binary and large ones mixed', crowd, async ({ a, b, c, sync }) => {
    const payload = (i) => ({
      i,
      ...(i % 3 ? {} : { data: bytes(i) }),
      ...(i % 10 ? {} : { sdp: 'v'.repeat(20_000) }),
    });
    for (const sender of [a, b, c]) burst(sender, withoutOne([a, b, c], sender), payload);
    await sync();
  });

  scenario(
    'while the transports are being upgraded',
    { ...crowd, joined: [], transports: ['upgrade'] },
    async ({ enter, sync }) => {
      const peers = ['a', 'b', 'c'].map((name) => enter(name));
      for (const peer of peers) await peer.saw('connect');
      for (const sender of peers) burst(sender, withoutOne(peers, sender));
      for (const peer of peers) await peer.upgraded();
      for (const sender of peers) burst(sender, withoutOne(peers, sender));
      await sync();
    },
  );

  scenario('while others come and go', { ...crowd, mixed: false }, async ({ a, b, enter, sync }) => {
    const guests = [1, 2, 3].map((i) => enter(`c${i}`, {}, 'c'));
    burst(a, [b]);
    burst(b, [a]);
    for (const guest of guests) await guest.settled();
    await sync(a, b);
    for (const guest of guests) {
      guest.close();
      guest.trace = [];
    }
    await sync(a, b);
  });

  scenario('each answers what it gets', crowd, async ({ a, b, c, sync }) => {
    for (const peer of [b, c]) {
      peer.socket.on('offer', ({ i }) =>
        peer.emit('message', { channel: a.id, message: { from: peer.name, i } }),
      );
    }
    for (let i = 0; i < ROUNDS; i++) a.emit('offer', { from: 'a', i });
    await sync();
    await sync();
  });
});
