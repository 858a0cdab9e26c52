// Pages of other sites use the server: a call between two browsers, each with the official client of
// some version that their own site has given them. With -origins, only pages of listed sites can.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { startServer } from '../../lib/server.mjs';
import { transports } from '../../lib/transports.mjs';
import { until } from '../../lib/until.mjs';
import { chromium, firefox } from '../browsers.mjs';
import { startSite, versions } from './site.mjs';
import { visit } from './visitor.mjs';

const browsers = [chromium, firefox];
const running = [];
let site;
let listedSite;
const visitors = new Map(); // by browser and version
const listedVisitors = [];
const visitor = (browser, version) => visitors.get(`${browser.name} ${version}`);

before(async () => {
  site = await startSite();
  listedSite = await startSite();
  for (const browser of browsers) {
    const started = await browser.launch();
    running.push(started);
    for (const version of versions) visitors.set(`${browser.name} ${version}`, await visit(started, site, version));
    listedVisitors.push(await visit(started, listedSite, '4.8.4'));
  }
});
after(async () => {
  await Promise.all(running.map((browser) => browser.close()));
  site?.close();
  listedSite?.close();
});

describe('any page may connect', () => {
  let server;
  before(async () => { server = await startServer(); });
  after(() => server?.stop());

  for (const transport of Object.keys(transports)) {
    for (const version of versions) {
      test(`${version} in Chromium calls ${version} in Firefox over ${transport}`, () =>
        call(visitor(chromium, version), visitor(firefox, version), transport, transport));
    }
  }

  test('1.7.4 in Firefox over polling calls 4.8.4 in Chromium over websocket', () =>
    call(visitor(firefox, '1.7.4'), visitor(chromium, '4.8.4'), 'polling', 'websocket'));

  /** Connects two pages and makes a call between them. */
  async function call(caller, callee, ...names) {
    const pages = [caller, callee];
    await Promise.all(pages.map((page, i) => join(page, server, names[i])));
    // Clients of 1.x garble other text over polling.
    const text = pages.some(({ name }) => name.startsWith('1.')) ? 'Hello' : '你好 👋';
    const offer = signals('offer', callee.id, text);
    const answer = signals('answer', caller.id, text);
    for (const [event, payload] of offer) await caller.emit(event, payload);
    await until('the callee has heard the offer', async () => (await callee.heard()).length > 0);
    for (const [event, payload] of answer) await callee.emit(event, payload);
    await assertHeard(caller, asHeard(answer));
    await assertHeard(callee, asHeard(offer));
    await Promise.all(pages.map((page) => page.leave()));
  }
});

describe('with -origins', () => {
  let server;
  before(async () => { server = await startServer(['-addr', '127.0.0.1:0', '-origins', listedSite.origin]); });
  after(() => server?.stop());
  afterEach(() => Promise.all(listedVisitors.map((page) => page.leave())));

  for (const transport of Object.keys(transports)) {
    test(`pages of a listed site connect over ${transport}, and others hear nothing of them`, async () => {
      const refused = [...visitors.values()];
      await Promise.all(refused.map((page) => page.join(url(server), options(transport))));
      await Promise.all(listedVisitors.map((page) => join(page, server, transport)));
      for (const page of refused) {
        await until(`${page.name} is refused`, async () => (await page.refusals()).length > 0);
      }
      const [one, other] = listedVisitors;
      await one.emit('offer', 'for the listed');
      await assertHeard(other, [['offer', 'for the listed']]);
      for (const page of refused) {
        assert.equal(await page.connected(), false, page.name);
        assert.deepEqual(await page.heard(), [], page.name);
        await page.leave();
      }
    });
  }

  test('pages of a listed site can read the bundle, others cannot', async () => {
    const bundle = `${url(server)}/socket.io/socket.io.js`;
    for (const page of listedVisitors) assert.ok(await page.sizeOf(bundle) > 100_000, page.name);
    for (const page of visitors.values()) assert.equal(await page.sizeOf(bundle), -1, page.name);
  });
});

function url(server) {
  return `http://localhost:${server.port}`; // another host name than the sites', besides another port
}

/** A client's options; the oldest clients send credentials without being told. */
function options(transport) {
  return { transports: transports[transport], withCredentials: true };
}

async function join(page, server, transport) {
  await page.join(url(server), options(transport));
  await page.joined(transports[transport].at(-1));
}

/** What one side of a call sends; the message to the other's id comes last. */
function signals(type, peer, text) {
  return [
    [type, { type, sdp: `v=0\r\ns=${text}\r\n` }],
    ...[0, 1, 2].map((index) => ['onicecandidate', { candidate: `candidate:${index} of the ${type}` }]),
    ['offer', { bytes: [0, 4, 30, 128, 255] }],
    ['message', { channel: peer, message: text }],
  ];
}

function asHeard(signals) {
  return signals.map(([event, payload]) => [event, event === 'message' ? payload.message : payload]);
}

/** Waits for the last of the events, and fails unless these and no others have come, in this order. */
async function assertHeard(page, wanted) {
  let heard;
  await until(`${page.name} has heard ${wanted.length} events`,
    async () => { heard = await page.heard(); return heard.length >= wanted.length; }, () => heard);
  assert.deepEqual(heard, wanted, page.name);
}
