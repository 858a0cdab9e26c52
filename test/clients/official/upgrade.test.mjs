// Events flow in both directions without a pause while a client moves from polling to WebSocket:
// none is lost, none comes twice, none overtakes another.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeAll, connect, kind, kinds, Peer, settle } from '../peer.mjs';
import { startServer } from '../../lib/server.mjs';

const rounds = 3; // each upgrade falls differently into the flow
const least = 500; // messages each way
const burst = 10; // messages each way between two pauses, so that several share one payload
const start = 100; // messages each way before an upgrade in mid-flow starts
const afterwards = 100; // messages each way that must follow the upgrade
const most = 20_000; // messages; an upgrade that has not come by then is not coming

let server;
before(async () => { server = await startServer(); });
afterEach(closeAll);
after(() => server?.stop());

for (const each of kinds.filter(({ transport }) => transport === 'upgrade')) {
  test(`${each.name} sends and hears everything from its first moment`, async () => {
    for (let round = 0; round < rounds; round++) await flow(each, 0);
  });

  test(`${each.name} sends and hears everything when it upgrades in mid-flow`, async () => {
    for (let round = 0; round < rounds; round++) await flow(each, start);
  });
}

/** Talks both ways across one upgrade and checks what arrived. */
async function flow(kindOfClient, startUpgradeAt) {
  const other = await connect(server.url, kind('4.8.4', 'websocket'));
  const upgrading = new Peer(server.url, kindOfClient, { upgrade: startUpgradeAt === 0 });
  const sent = await new Promise((resolve, reject) => {
    // From within the listener: between two turns of the event loop the upgrade can be over.
    upgrading.socket.once('connect', () => {
      talkAcrossUpgrade(upgrading, other, startUpgradeAt).then(resolve, reject);
    });
  });
  await settle([other, upgrading]);

  const numbers = Array.from({ length: sent }, (_, number) => number);
  assert.deepEqual(other.heard, numbers.map((number) => ['offer', number]));
  assert.deepEqual(upgrading.heard, numbers.map((number) => ['message', number]));
  closeAll();
}

/**
 * Sends numbered messages both ways until the upgrade is well past.
 * @param {number} startUpgradeAt the message at which to start it; 0 when the client does by itself
 * @returns how many went each way
 */
async function talkAcrossUpgrade(upgrading, other, startUpgradeAt) {
  let sent = 0;
  let end = most;
  while (sent < end) {
    if (startUpgradeAt > 0 && sent === startUpgradeAt) startUpgrade(upgrading);
    for (const pause = sent + burst; sent < pause; sent++) {
      upgrading.emit('offer', sent);
      other.emit('message', { channel: upgrading.id, message: sent });
    }
    if (end === most && upgrading.transport === 'websocket') end = Math.max(least, sent + afterwards);
    await sleep(1);
  }
  assert.notEqual(end, most, `no upgrade during ${most} messages`);
  return sent;
}

/** Does what a client does by itself on connecting unless told `upgrade: false`. */
function startUpgrade(peer) {
  const { engine } = peer.socket.io;
  const probe = engine.probe ?? engine._probe; // its name since 4.8
  probe.call(engine, 'websocket');
}
