// As a person does it: the server is started without a flag, the browsers are opened on the URL it
// prints, nothing is redirected.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer } from '../../lib/server.mjs';
import { until } from '../../lib/until.mjs';
import { chromium, firefox } from '../browsers.mjs';
import { openWindow, startCall } from './window.mjs';

let server;
let browsers = [];
before(async () => {
  server = await startServer([]); // port 8181 must be free: the page's script names it
  browsers = [await chromium.launch(), await firefox.launch()];
});
after(async () => {
  await Promise.all(browsers.map((browser) => browser.close()));
  await server?.stop();
});

test('the page works on the default port, without an error in the console', async () => {
  const url = `http://localhost:${server.port}/`;
  assert.equal(url, 'http://localhost:8181/');
  const [one, other] = await Promise.all(browsers.map((browser) => openWindow(browser, url)));
  for (const window of [one, other]) {
    await until(`${window.name} is on WebSocket`, async () => (await window.transport()) === 'websocket');
  }
  await startCall(one, other);
  await one.send('ping');
  await until('ping has arrived', async () => (await other.heard()).includes('ping'));
  await other.send('pong');
  await until('pong has arrived', async () => (await one.heard()).includes('pong'));
  for (const window of [one, other]) assert.deepEqual(window.errors, [], `errors in ${window.name}`);
});
