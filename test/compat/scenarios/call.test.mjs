// Calls: what the product is for.
import { family } from '../harness/scenario.mjs';

const SDP = 'v=0\r\no=- 46117 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n';

const candidate = (from, i) => ({
  from,
  candidate: `candidate:${i} 1 udp 2122260223 192.0.2.${i} ${40000 + i} typ host generation 0`,
  sdpMid: '0',
  sdpMLineIndex: 0,
});

family('call', (scenario) => {
  scenario('an offer, its answer and ten candidates each way', { bySender: true }, async ({ a, b, sync }) => {
    a.emit('offer', { from: 'a', type: 'offer', sdp: SDP });
    await b.saw('received');
    b.emit('answer', { from: 'b', type: 'answer', sdp: SDP });
    for (let i = 0; i < 10; i++) {
      a.emit('onicecandidate', candidate('a', i));
      b.emit('onicecandidate', candidate('b', i));
    }
    await sync();
  });

  scenario('each in turn calls everybody', async ({ a, b, c, sync }) => {
    for (const caller of [a, b, c]) {
      caller.emit('offer', { type: 'offer', sdp: SDP });
      await sync();
      caller.emit('onicecandidate', candidate(caller.name, 1));
      await sync();
    }
  });

  scenario('further arguments are dropped', async ({ a, sync }) => {
    a.emit('offer', 1, 2, 3);
    a.emit('answer', { sdp: SDP }, null);
    a.emit('onicecandidate', [], 'more', { and: 'more' });
    await sync();
  });

  scenario('a missing argument', async ({ a, sync }) => {
    a.emit('offer');
    a.emit('answer', undefined);
    a.emit('onicecandidate');
    await sync();
  });

  scenario(
    'one who comes late hears only what is sent from then on',
    { joined: ['a', 'b'] },
    async ({ a, b, join, sync }) => {
      a.emit('offer', 'before');
      await sync();
      const c = await join('c');
      b.emit('answer', 'after');
      await sync();
      c.emit('onicecandidate', 'from the late one');
      await sync();
    },
  );

  scenario(
    'two pairs talk through messages beside each other',
    { bySender: true },
    async ({ a, b, c, join, sync }) => {
      const d = await join('d', {}, 'a');
      for (const [from, to] of [
        [a, b],
        [b, a],
        [c, d],
        [d, c],
      ]) {
        for (let i = 0; i < 5; i++) {
          from.emit('message', { channel: to.id, message: { from: from.name, i, sdp: SDP } });
        }
      }
      await sync();
    },
  );
});
