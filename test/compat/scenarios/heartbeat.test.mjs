// Connections that live longer than a heartbeat.
import { family } from '../harness/scenario.mjs';

const lively = { pingInterval: 400, pingTimeout: 10_000 };

family('heartbeat', (scenario) => {
  scenario('clients stay over several heartbeats', { server: lively }, async ({ a, b, c, sync }) => {
    for (const peer of [a, b, c]) await heartbeats(peer, 3);
    a.emit('offer', 'still here');
    await sync();
    c.emit('answer', 'so am I');
    await sync();
  });
});

/** Resolves when that many heartbeats have come, pings or pongs as the revision has it. */
async function heartbeats(peer, count) {
  let seen = 0;
  peer.engine.on('packet', ({ type }) => (seen += type === 'ping' || type === 'pong'));
  await peer.poll(`${count} heartbeats`, () => seen >= count);
}
