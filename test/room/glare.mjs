// Two people join at the same time and, as soon as there is a connection, both want to negotiate
// anew. The page lets only one side make the first offer, so that joins do not collide; an ICE
// restart is offered by whoever needs one, and here both do at once. Signals are held back a little
// so that the offers cross each time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from './eventually.mjs';
import { arrive, clearHouse, house } from './house.mjs';
import { allSeeEachOther, picturesFlow } from './meeting.mjs';

const rounds = 20;

test(`${rounds} rounds of simultaneous joins and colliding offers`, async (t) => {
  t.after(clearHouse);
  const pairs = [];
  for (const [one, other] of [['Ana', 'Ben'], ['Chen', 'Femi']]) {
    pairs.push([await visitor(one), await visitor(other)]);
  }
  for (let round = 0; round < rounds; round++) {
    const pair = pairs[round % pairs.length];
    await Promise.all(pair.map((person) => joinRoom(person, `glare-${round}`)));
    await allSeeEachOther(pair);
    await picturesFlow(pair);
    await collide(pair);
    await picturesFlow(pair);
    for (const person of pair) assert.deepEqual(person.errors, [], `errors of ${person.name} in round ${round}`);
    await Promise.all(pair.map(leaveRoom));
  }
  const collisions = await Promise.all(pairs.flat().map((person) => person.evaluate('window.collisions')));
  assert.equal(collisions.reduce((sum, count) => sum + count), rounds, `one in each round, by person: ${collisions}`);
});

function visitor(name) {
  return arrive(name, {
    browser: name.startsWith('F') ? house.firefox : house.chromium, room: 'glare', inits: [holdSignals],
  });
}

async function joinRoom(person, room) {
  await person.fill('room', room);
  await person.join();
}

async function leaveRoom(person) {
  await person.press('leave');
  await person.press('new-room');
}

/** Both sides restart ICE before they hear of the other's restart; resolves when both are done. */
async function collide(pair) {
  const credentials = () => Promise.all(pair.map((person) => person.evaluate(
    "window.connections.at(-1).localDescription.sdp.match(/ice-ufrag:(.*)/)[1]",
  )));
  const before = await credentials();
  const at = Date.now() + 200;
  await Promise.all(pair.map((person) => person.evaluate(
    (when) => setTimeout(() => window.connections.at(-1).restartIce(), when - Date.now()), at,
  )));
  let now;
  await eventually('both sides have new credentials and rest', async () => {
    const states = await Promise.all(pair.map((person) => person.evaluate('window.connections.at(-1).signalingState')));
    now = { states, credentials: await credentials() };
    return states.every((state) => state === 'stable') && now.credentials.every((text, i) => text !== before[i]);
  }, () => now);
}

/** Runs in the window before the page's scripts: what the server says arrives 300 ms late. */
function holdSignals() {
  const Native = WebSocket;
  window.WebSocket = class extends Native {
    set onmessage(listener) {
      super.onmessage = (event) => setTimeout(listener, 300, event);
    }
  };
}
