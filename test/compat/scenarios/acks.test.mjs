// Acknowledgements: the server's listeners take none, so none ever comes.
import { family } from '../harness/scenario.mjs';
import { EVENTS } from '../harness/peer.mjs';
import { bytes } from '../harness/values.mjs';

family('acknowledgements', (scenario) => {
  scenario('asked for with each event', async ({ a, b, sync }) => {
    for (const name of EVENTS.slice(0, 3)) a.emitAsking(name, { sdp: name });
    a.emitAsking('message', { channel: b.id, message: 'to b' });
    a.emitAsking('unknown', 1);
    await sync();
  });

  scenario('asked for with nothing, more and binary arguments', async ({ a, sync }) => {
    a.emitAsking('offer', undefined);
    a.emitAsking('answer', 1, 2, 3);
    a.emitAsking('onicecandidate', bytes(4), bytes(5));
    await sync();
  });

  scenario('asked for with no argument at all', async ({ a, sync }) => {
    a.emitAsking('offer');
    await sync();
  });

  scenario('sent unasked', async ({ a, sync }) => {
    for (const packet of ['30[]', '30["x"]', '399["x",1]', '3[]', '318446744073709551616[]']) {
      a.sendRaw(packet);
    }
    a.emit('offer', 'still here');
    await sync();
  });

  scenario('with a timeout', { since: '4.5.4' }, async ({ a, b, sync }) => {
    a.socket.timeout(40).emit('offer', 'in vain', (err) => a.record('gave up', err));
    a.socket.timeout(40).emit('message', { channel: b.id, message: 1 }, (err) => a.record('gave up', err));
    await a.saw('gave up', 2);
    await sync();
  });

  scenario(
    'awaited by a client that tries again',
    { since: '4.8.4', joined: ['b', 'c'] },
    async ({ join, sync }) => {
      const a = await join('a', { retries: 2, ackTimeout: 40 });
      a.emit('offer', 'three times');
      await a.poll('the queue to be empty', () => !a.socket._queue.length);
      a.socket._opts.retries = 0;
      await sync();
    },
  );
});
