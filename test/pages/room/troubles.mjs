// What can be in the way: each says what has happened and what to do, and where there is a way to
// join all the same, it works.
import { test } from 'node:test';
import { startServer } from '../../lib/server.mjs';
import { accessible } from './accessible.mjs';
import { eventually } from './eventually.mjs';
import { arrive, chromiumWithoutCamera, clearHouse, gather, house, insecureHost, picture } from './house.mjs';
import { allSeeEachOther } from './meeting.mjs';

const laptop = { width: 1280, height: 760 };

test('the camera is refused', async (t) => {
  t.after(clearHouse);
  const person = await arrive('Ana', { room: 'refused', viewport: laptop, inits: [refuseDevices] });
  await person.reads('Camera and microphone are blocked.');
  await picture(person, 'error-refused');
  await accessible(person, 'lobby with an error');
  await person.join({ camera: false });
  await person.press('camera');
  await person.reads('Camera and microphone are blocked.');
});

test('there is no camera', async (t) => {
  t.after(clearHouse);
  const browser = await chromiumWithoutCamera();
  t.after(() => browser.close());
  const person = await arrive('Ben', { room: 'no camera', browser });
  await person.reads('No camera was found; the microphone works.');
  await person.join({ camera: false });
  const [guest] = await gather(['Chen'], { room: 'no camera' });
  await allSeeEachOther([person, guest]);
});

test('the page is opened over plain http from another machine', async (t) => {
  t.after(clearHouse);
  const person = await arrive('Dora', { room: 'insecure', host: insecureHost });
  await person.reads('Browsers give camera and microphone only to pages opened over https://');
  await person.join({ camera: false });
  await person.press('mic');
  await person.reads('Browsers give camera and microphone only to pages opened over https://');
});

test('the room is full', async (t) => {
  t.after(clearHouse);
  const server = await startServer(['-addr', '127.0.0.1:0', '-room-peers', '1']);
  t.after(() => server.stop());
  const [first, second] = [await arrive('Ana', { room: 'full', server }), await arrive('Ben', { room: 'full', server })];
  await first.join();
  await second.knock();
  await second.reads('The room is full.');
  await first.press('leave');
  await second.join();
  await first.press('rejoin');
  await first.reads('The room is full.');
});

test('the server is gone, and back', async (t) => {
  t.after(clearHouse);
  let server = await startServer();
  const person = await arrive('Ana', { room: 'gone', server });
  await server.kill();
  await person.knock();
  await person.reads('The server does not answer.');
  server = await startServer(['-addr', `127.0.0.1:${server.port}`]);
  t.after(() => server.stop());
  await person.join();
});

test('a connection that stays lost is looked for again and again', async (t) => {
  t.after(clearHouse);
  const people = await gather(['Ana', 'Ben'], { room: 'lost', inits: [countRestarts] });
  await allSeeEachOther(people);
  for (const person of people) {
    await person.sees('a connection', "window.connections[0]?.connectionState === 'connected'");
    await person.evaluate(loseConnection);
  }
  let restarts;
  await eventually('one of them has restarted ICE three times', async () => {
    restarts = await Promise.all(people.map((person) => person.evaluate('window.restarts')));
    return Math.max(...restarts) >= 3;
  }, () => restarts);
});

test('a name is missing', async (t) => {
  t.after(clearHouse);
  const person = await arrive('', { room: 'nameless', browser: house.firefox });
  await person.knock();
  await person.reads('Enter the name that the others will see.');
  await person.sees('the field', "document.activeElement.id === 'name'");
});

/** Runs in the window before the page's scripts: as when the user blocks camera and microphone. */
function refuseDevices() {
  const refused = () => Promise.reject(new DOMException('Permission denied', 'NotAllowedError'));
  navigator.mediaDevices.getUserMedia = refused;
}

/** Runs in the window before the page's scripts. */
function countRestarts() {
  window.restarts = 0;
  const { restartIce } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.restartIce = function restart() {
    window.restarts++;
    restartIce.call(this);
  };
}

/** Runs in the window: as a browser does, it tells once that the connection has failed, and no more. */
function loseConnection() {
  const [connection] = window.connections;
  const lost = new Event('connectionstatechange');
  Object.defineProperty(connection, 'connectionState', { value: 'failed' });
  connection.dispatchEvent(lost);
}
