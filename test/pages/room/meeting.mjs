// What has to be true of people who are in one room.
import assert from 'node:assert/strict';
import { eventually } from './eventually.mjs';

const enough = 3; // pictures more than before: it runs

/** Everybody sees exactly the others. */
export async function allSeeEachOther(people) {
  for (const person of people) {
    const others = people.filter((one) => one !== person).map(({ name }) => name).sort();
    let seen;
    await eventually(`${person.name} sees ${others}`, async () => {
      seen = await person.others();
      return seen.join() === others.join();
    }, () => ({ seen, errors: person.errors }));
  }
}

/** On each of the n·(n−1) directions, more and more pictures arrive. */
export async function picturesFlow(people) {
  const before = await Promise.all(people.map((person) => person.frames()));
  for (const [i, person] of people.entries()) {
    let now;
    await eventually(`pictures of ${people.length - 1} others reach ${person.name}`, async () => {
      now = await person.frames();
      const running = Object.keys(now).filter((connection) => now[connection] >= (before[i][connection] ?? 0) + enough);
      return running.length === people.length - 1;
    }, () => ({ before: before[i], now, errors: person.errors }));
  }
}

/** Everybody says something, which each of the others hears once, as said by them. */
export async function allChat(people, subject) {
  for (const person of people) await person.say(`${subject}, says ${person.name} 你好`);
  for (const person of people) {
    const said = people.filter((one) => one !== person).map(({ name }) => `${name}: ${subject}, says ${name} 你好`);
    let heard;
    await eventually(`${person.name} hears everybody`, async () => {
      heard = (await person.heard()).filter((text) => text.includes(`: ${subject}, `));
      return heard.length >= said.length;
    }, () => ({ heard, errors: person.errors }));
    assert.deepEqual(heard.sort(), said.sort());
  }
}

/** All of that. */
export async function meet(people, subject) {
  await allSeeEachOther(people);
  await picturesFlow(people);
  await allChat(people, subject);
  for (const person of people) assert.deepEqual(person.errors, [], `errors of ${person.name}`);
}
