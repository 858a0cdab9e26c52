// Pictures of the page, to be looked at, and what axe finds wrong with the same windows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessible } from './accessible.mjs';
import { arrive, clearHouse, picture } from './house.mjs';
import { allSeeEachOther, picturesFlow } from './meeting.mjs';
import { drawPerson, portraits } from './portraits.mjs';

const laptop = { width: 1280, height: 760 };
const phone = { width: 390, height: 780 };

test('lobby and calls look right and are accessible', async (t) => {
  t.after(clearHouse);
  const windows = {
    Ana: { viewport: laptop },
    Ben: { viewport: phone },
    Chen: { viewport: laptop, colorScheme: 'dark' },
    Dora: { viewport: phone, colorScheme: 'dark', locale: 'zh-CN' },
  };
  const people = {};
  const come = async (name) => {
    const init = { content: `(${drawPerson})(${JSON.stringify(portraits[name])})` };
    people[name] = await arrive(name, { room: 'tea', inits: [init], ...windows[name] });
    await people[name].sees('the preview', "document.querySelector('#preview-slot .with-video video')?.readyState >= 2");
    return people[name];
  };

  await t.test('lobby', async () => {
    for (const name of Object.keys(windows)) {
      const person = await come(name);
      await picture(person, `lobby-${name}`);
      await accessible(person, `lobby of ${name}`);
    }
  });
  const { Ana, Ben, Chen, Dora } = people;
  await t.test('both languages have all texts', async () => {
    const [english, chinese] = await Ana.evaluate(async () => Promise.all(['en', 'zh'].map(async (language) => {
      const { default: texts } = await import(`/room/js/lang/${language}.js`);
      return Object.keys(texts).filter((key) => !key.endsWith('.one')); // a form that Chinese does not have
    })));
    assert.deepEqual(chinese, english);
  });
  await t.test('alone, and then two', async () => {
    await Ana.join();
    await picture(Ana, 'call-alone');
    await accessible(Ana, 'a call without others');
    await Ana.press('copy-link');
    await Ana.reads('Link copied');
    await Ben.join();
    await allSeeEachOther([Ana, Ben]);
    await picturesFlow([Ana, Ben]);
    await picture(Ana, 'call-2');
    await picture(Ben, 'call-2-phone');
  });
  await t.test('four, with chat', async () => {
    const all = [Ana, Ben, Chen, Dora];
    await Chen.join();
    await Dora.join();
    for (const person of [Ana, Chen, Dora]) await person.press('mic');
    await allSeeEachOther(all);
    await picturesFlow(all);
    for (const person of [Ana, Dora]) await person.press('chat-open');
    await Ben.say('Hello! Can you all see me?');
    await Chen.say('Yes, and I hear you well.');
    await Dora.say('大家好 — 我也是');
    await Ana.say('Then let us begin. The notes are in the usual place.');
    for (const person of all) {
      await person.sees('all texts', "document.querySelectorAll('.said').length === 4");
      await person.sees('how good the connections are', "document.querySelectorAll('.bars:not([hidden])').length === 3");
    }
    await Ana.sees('who speaks', "document.querySelector('.tile.speaking') !== null");
    for (const person of all) {
      await picture(person, `call-4-${person.name}`);
      await accessible(person, `a call of four, ${person.name}`);
    }
  });
  await t.test('settings, and having left', async () => {
    await Chen.press('settings-open');
    await picture(Chen, 'settings');
    await accessible(Chen, 'settings');
    await Chen.press('settings-close');
    await Chen.press('leave');
    await Chen.sees('that one has left', "document.body.dataset.view === 'left'");
    await picture(Chen, 'left');
    await accessible(Chen, 'having left');
  });
});
