// 2, 4 and 6 people in one room: then one leaves, one is lost, and one comes late.
import { test } from 'node:test';
import { arrive, clearHouse, gather } from './house.mjs';
import { allSeeEachOther, meet } from './meeting.mjs';

// Two talk, the others have a camera only: with the sound of thirty directions two processors have
// no time left, and then connections are lost for want of answers; the pictures alone take half of it.
const listener = { inits: [withoutMicrophone] };

test('people of two browsers in one room', async (t) => {
  t.after(clearHouse);
  const room = 'people';
  let people = [];
  const come = async (names, where) => people.push(...await gather(names, { room, ...where }));

  await t.test('2 people', async () => {
    await come(['Ana', 'Femi']);
    await meet(people, 'two');
  });
  await t.test('4 people', async () => {
    await come(['Chen', 'Fritz'], listener);
    await meet(people, 'four');
  });
  await t.test('one shares a screen', async () => {
    const [ana, ...others] = people;
    await ana.press('screen');
    for (const person of others) {
      await person.sees("Ana's screen", "document.querySelector('#stage .tile video')?.readyState >= 2");
      await person.reads('Screen of Ana');
    }
    await ana.press('screen');
    for (const person of others) await person.sees('no screen', "document.querySelector('#stage .tile') === null");
  });
  await t.test('6 people', async () => {
    await come(['Dora', 'Emil'], listener);
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
  await t.test('one comes late, and turns the camera off and on', async () => {
    const late = await arrive('Gus', { room, ...listener });
    await late.join();
    people.push(late);
    await meet(people, 'late');
    await late.press('camera');
    for (const person of people.slice(0, -1)) {
      await person.sees('that the camera of Gus is off', pictured('Gus', false));
    }
    await late.press('camera');
    for (const person of people.slice(0, -1)) await person.sees('Gus', pictured('Gus', true));
  });
  await t.test('one closes the window', async () => {
    await people.splice(1, 1)[0].close(); // Fritz
    await meet(people, 'after a window was closed');
  });
});

/** A script that says whether somebody's tile shows a picture, or does not. */
function pictured(name, picture) {
  return `[...document.querySelectorAll('#people .tile')].some((tile) =>
    tile.querySelector('.name').textContent === '${name}' && tile.classList.contains('with-video') === ${picture})`;
}

/** Runs in the window before the page's scripts: as on a machine that has no microphone. */
function withoutMicrophone() {
  const native = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (wanted) => (wanted.audio
    ? Promise.reject(new DOMException('Requested device not found', 'NotFoundError'))
    : native(wanted));
}
