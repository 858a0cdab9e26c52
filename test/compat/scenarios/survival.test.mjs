// Input that ends the Node process. Ours is run alone: it drops the one event,
// keeps the sender, and the others notice nothing.
import assert from 'node:assert/strict';
import { family } from '../harness/scenario.mjs';

const received = (peer) => peer.trace.filter(({ kind }) => kind === 'received').map(({ args }) => args[0]);

const FATAL = {
  'a message that is null': (a) => a.emit('message', null),
  'a message without argument': (a) => a.emit('message'),
  'a message with nothing but an acknowledgement': (a) => a.sendRaw('25["message"]'),
  'a null message that asks for an acknowledgement': (a) => a.emitAsking('message', null),
};

family('survival', (scenario) => {
  for (const [title, send] of Object.entries(FATAL)) {
    scenario(title, { alone: true }, async ({ a, b, c, sync }) => {
      send(a);
      a.emit('offer', 'still here');
      await sync();
      assert.deepEqual(received(b), ['still here']);
      assert.deepEqual(received(c), ['still here']);
      assert.deepEqual(
        [a, b, c].map((peer) => peer.connected),
        [true, true, true],
      );
      assert.equal(a.count('acknowledged'), 0);
    });
  }

  scenario('100,000 lists in one another', { alone: true, mixed: false }, async ({ a, b, c, sync }) => {
    const levels = 100_000;
    a.sendRaw(`2["offer",${'['.repeat(levels)}${']'.repeat(levels)}]`);
    await a.saw('disconnect');
    b.emit('offer', 'the others go on');
    await sync(b, c);
    assert.deepEqual(received(b), []);
    assert.deepEqual(received(c), ['the others go on']);
  });

  scenario('an offer with nothing but an acknowledgement', { alone: true }, async ({ a, b, c, sync }) => {
    a.emitAsking('offer');
    await sync();
    assert.deepEqual(received(b), [null]);
    assert.deepEqual(received(c), [null]);
    assert.equal(a.count('acknowledged'), 0);
  });
});
