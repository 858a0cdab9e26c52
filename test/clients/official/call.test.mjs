// An ordinary call: an offer, an answer and ten candidates each way, with a third client in the
// room. Everyone but the sender hears each event once, in the order it was sent.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { closeAll, connectAll, kind, kinds, settle } from '../peer.mjs';
import { startServer } from '../../lib/server.mjs';
import { candidates, description } from '../signals.mjs';
import { until } from '../../lib/until.mjs';

let server;
before(async () => { server = await startServer(); });
afterEach(closeAll);
after(() => server?.stop());

for (const each of kinds) {
  test(`a call among three clients of ${each.name}`, () => call([each, each, each]));
}

test('a call between 1.7.4 over polling and 4.8.4 over websocket', () =>
  call([kind('1.7.4', 'polling'), kind('4.8.4', 'websocket'), kind('2.5.0', 'upgrade')]));

test('a call between 4.8.4 over websocket and 1.7.4 over polling', () =>
  call([kind('4.8.4', 'websocket'), kind('1.7.4', 'polling'), kind('3.1.3', 'upgrade')]));

/** Makes a call between the first two of three clients. */
async function call(kinds) {
  const [caller, callee, third] = await connectAll(server.url, kinds);
  const offer = ['offer', description('offer')];
  const answer = ['answer', description('answer')];
  const callerCandidates = candidates('caller');
  const calleeCandidates = candidates('callee');

  for (const event of [offer, ...callerCandidates]) caller.emit(...event);
  await until('the callee has heard the offer', () => callee.heard.length > 0);
  for (const event of [answer, ...calleeCandidates]) callee.emit(...event);
  await settle([caller, callee, third]);

  assert.deepEqual(caller.heard, [answer, ...calleeCandidates]);
  assert.deepEqual(callee.heard, [offer, ...callerCandidates]);
  // The third hears both; between two senders no order is promised.
  const fromCallee = ([event, data]) => event === 'answer' || data.usernameFragment === 'callee';
  assert.deepEqual(third.heard.filter((event) => !fromCallee(event)), [offer, ...callerCandidates]);
  assert.deepEqual(third.heard.filter(fromCallee), [answer, ...calleeCandidates]);
}
