// The server is killed in the middle of a call and comes back: the call goes on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer } from '../../lib/server.mjs';
import { arrive, clearHouse, gather } from './house.mjs';
import { allChat, allSeeEachOther, meet, picturesFlow } from './meeting.mjs';

const offline = 'The server cannot be reached';

test('the server is killed during a call and started again', async (t) => {
  t.after(clearHouse);
  let server = await startServer();
  t.after(() => server.stop());
  const people = await gather(['Ana', 'Femi', 'Chen'], { server, room: 'outage' });
  await meet(people, 'before');
  const connections = () => Promise.all(people.map((person) => person.connections()));
  const before = await connections();

  await server.kill();
  for (const person of people) await person.reads(offline);
  await picturesFlow(people);
  await allChat(people, 'during');

  server = await startServer(['-addr', `127.0.0.1:${server.port}`]);
  for (const person of people) {
    await person.sees('that the server is back', `!document.body.innerText.includes('${offline}')`);
    person.errors.length = 0; // the browser itself reports each attempt that failed
  }
  await meet(people, 'after');
  assert.deepEqual(await connections(), before, 'connections made by each, which had to go on');

  await people[0].loseServer();
  await meet(people, 'after one was cut off');
  assert.deepEqual(await connections(), before, 'connections made by each, which had to go on');

  const late = await arrive('Dora', { server, room: 'outage' });
  await late.join();
  await meet([...people, late], 'late');
  const [ana] = people.splice(0, 1);
  await ana.press('leave');
  await allSeeEachOther([...people, late]);
});
