// An ordinary call: an offer, an answer and ten candidates each way, with a third client in the
// room. Everyone but the sender hears each event once, in the order it was sent.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { closeAll, connectAll, kind, kinds, settle } from './peer.mjs';
import { startServer } from './server.mjs';
import { until } from './until.mjs';

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

/** A session description in the form and of the size that browsers send. */
function description(type) {
  const lines = [
    'v=0', 'o=- 4611731400430051336 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0',
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'c=IN IP4 0.0.0.0', 'a=ice-ufrag:EsAw',
    'a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1', `a=fingerprint:sha-256 ${'0F:'.repeat(31)}0F`,
    'a=setup:actpass', 'a=mid:0', 'a=sctp-port:5000', 'a=max-message-size:262144', '',
  ];
  return { type, sdp: lines.join('\r\n') };
}

function candidates(usernameFragment) {
  return Array.from({ length: 10 }, (_, index) => ['onicecandidate', {
    candidate: `candidate:${index} 1 udp 2113937151 192.0.2.${index} 5400${index} typ host`,
    sdpMid: '0',
    sdpMLineIndex: 0,
    usernameFragment,
  }]);
}
