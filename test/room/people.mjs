// 2, 4 and 6 people in one room; then one leaves, one is lost, and one comes late.
import { test } from 'node:test';
import { arrive, clearHouse, gather } from './house.mjs';
import { allSeeEachOther, meet } from './meeting.mjs';

test('people of two browsers in one room', async (t) => {
  t.after(clearHouse);
  const room = 'people';
  let people = [];
  const come = async (...names) => people.push(...await gather(names, { room }));

  await t.test('2 people', async () => {
    await come('Ana', 'Femi');
    await meet(people, 'two');
  });
  await t.test('4 people', async () => {
    await come('Chen', 'Fritz');
    await meet(people, 'four');
  });
  await t.test('6 people', async () => {
    await come('Dora', 'Emil');
    await meet(people, 'six');
  });
  await t.test('one leaves', async () => {
    const [femi] = people.splice(1, 1);
    await femi.press('leave');
    await femi.sees('that they have left', "document.body.dataset.view === 'left'");
    await allSeeEachOther(people);
  });
  await t.test('one crashes', async () => {
    await people.shift().crash(); // Ana
    await meet(people, 'after a crash');
  });
  await t.test('one closes the window', async () => {
    await people.pop().close(); // Emil
    await meet(people, 'after a window was closed');
  });
  await t.test('one comes late, without a camera', async () => {
    const late = await arrive('Gus', { room });
    await late.join();
    await late.press('camera');
    people.push(late);
    await allSeeEachOther(people);
    await late.press('camera');
    await meet(people, 'late');
  });
});
