// The server is killed under 2,000 official clients, in four processes with the client's own
// settings, and started again: everyone must come back, though the server lets in only so many a
// second, and nobody may be refused for good. Takes a minute: `make storm` runs it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer } from '../../lib/server.mjs';
import { until } from '../../lib/until.mjs';
import { Crowd } from './crowd.mjs';

const crowds = 4;
const each = 500; // clients
const total = crowds * each;
const rate = 150; // handshakes a second
const burst = 50;
const flags = (port) => ['-addr', `127.0.0.1:${port}`, '-handshake-rate', `${rate}:${burst}`];

let server;
let all;
before(async () => {
  server = await startServer(flags(0));
  all = Array.from({ length: crowds }, () => new Crowd(server.url, each));
});
after(async () => {
  all?.forEach((crowd) => crowd.end());
  if (server?.running) await server.stop();
});

const connected = () => all.reduce((sum, crowd) => sum + crowd.state.connected, 0);
const everyone = (what) => until(what, () => connected() === total, () => all.map((crowd) => crowd.state));

test('everyone comes in, and waits where that is too fast', async () => {
  await everyone(`${total} clients are connected`);
});

test('everyone hears everyone', () => heard('before'));

test('everyone comes back after the server was killed', async () => {
  const { port } = server;
  await server.kill();
  await until('all have lost the connection', () => connected() === 0, connected);
  server = await startServer(flags(port));
  await everyone(`${total} clients are back`);
});

test('everyone hears everyone again', () => heard('after'));

test('the server let in no more in any second than it may', async () => {
  await server.stop();
  const [, admitted, most] = /msg=stopped handshakes=(\d+) most_in_a_second=(\d+)/.exec(server.log) ?? [];
  const refused = /limit=handshake-rate count=(\d+)\s*$/m.exec(server.log)?.[1];
  console.log(`# ${admitted} handshakes, at most ${most} in a second, ${refused} told to come back`);
  assert.ok(Number(admitted) >= total, `the log says ${server.log}`);
  assert.ok(Number(most) <= rate + burst, `${most} in a second`);
  assert.ok(Number(refused) > 0, 'nobody was told to come back: there was no storm');
});

/** One client of each process sends to all others. */
async function heard(text) {
  all.forEach((crowd) => crowd.send(text));
  await until(`all have heard "${text}"`,
    () => all.every((crowd) => crowd.state.heard[text] === crowds * each - 1),
    () => all.map((crowd) => crowd.state));
}
