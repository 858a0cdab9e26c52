// A call between two windows: 开始 is pressed in one, then text goes both ways over the data channel.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { startServer } from '../../lib/server.mjs';
import { until } from '../../lib/until.mjs';
import { chromium, firefox } from '../browsers.mjs';
import { startRedirect } from './redirect.mjs';
import { savePicture } from './picture.mjs';
import { openWindow, startCall } from './window.mjs';

const address = 'http://localhost:8181/'; // what a person types, and the page's script names

let server;
let redirect;
const running = new Map(); // a started browser for each of the two; a person has no more either
before(async () => {
  server = await startServer();
  redirect = await startRedirect(server.port);
  for (const browser of [chromium, firefox]) running.set(browser, await browser.launch(redirect));
});
afterEach(() => Promise.all([...running.values()].map((browser) => browser.closeWindows())));
after(async () => {
  await Promise.all([...running.values()].map((browser) => browser.close()));
  redirect?.close();
  await server?.stop();
});

for (const [caller, callee] of [
  [chromium, chromium], [firefox, firefox], [chromium, firefox], [firefox, chromium],
]) {
  test(`${caller.name} calls ${callee.name}`, () => call(caller, callee));
}

test('a picture is taken of two windows that talk', async () => {
  const windows = await call(chromium, firefox);
  const size = await savePicture(running.get(chromium), windows);
  assert.ok(size < 150_000, `${size} bytes`);
});

/** Makes a call between two new windows, in one browser or in two; returns the windows. */
async function call(caller, callee) {
  const windows = [];
  for (const browser of [caller, callee]) windows.push(await openWindow(running.get(browser), address));
  await startCall(...windows);
  await converse(...windows);
  for (const window of windows) assert.deepEqual(window.errors, [], `errors in ${window.name}`);
  return windows;
}

/** Sends texts both ways and checks that each window hears the other's, in order. */
async function converse(one, other) {
  const texts = (window) => ['1', `你好 👋 ${window.name}`, `Hello from ${window.name}`];
  for (const text of texts(one)) await one.send(text);
  for (const text of texts(other)) await other.send(text);
  for (const [window, peer] of [[one, other], [other, one]]) {
    await until(`${window.name} has heard all`, async () => (await window.heard()).length >= 3,
      () => window.errors);
    assert.deepEqual(await window.heard(), texts(peer));
  }
}
