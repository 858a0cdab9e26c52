// Two rooms on one server: nobody sees or hears anything of the other room.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clearHouse, gather } from './house.mjs';
import { allSeeEachOther, meet } from './meeting.mjs';

test('two rooms at once', async (t) => {
  t.after(clearHouse);
  const [ana, ben] = [await gather(['Ana'], { room: 'red' }), await gather(['Ben'], { room: 'blue' })].flat();
  const [chen, dora] = [await gather(['Chen'], { room: 'red' }), await gather(['Dora'], { room: 'blue' })].flat();
  const rooms = [[ana, chen], [ben, dora]];
  for (const [i, people] of rooms.entries()) await meet(people, `room ${i}`);
  for (const people of rooms) {
    await allSeeEachOther(people);
    for (const person of people) assert.equal((await person.heard()).length, 1, `texts that ${person.name} has heard`);
  }
});
