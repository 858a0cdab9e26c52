// What all cases share: two running browsers with made-up cameras, and the server.
import { mkdir, writeFile } from 'node:fs/promises';
import { chromium, firefox } from '../browsers.mjs';
import { startServer } from '../../lib/server.mjs';
import { Person } from './person.mjs';

const artifacts = new URL('artifacts/', import.meta.url);

/** A name that is no localhost: pages opened by it are refused camera and microphone. */
export const insecureHost = 'room.test';

const small = { width: 560, height: 360 }; // six windows full of pictures are much to draw

const chromiumArguments = [
  '--use-fake-device-for-media-stream=fps=5', '--use-fake-ui-for-media-stream',
  `--host-resolver-rules=MAP ${insecureHost} 127.0.0.1`,
];
const firefoxPreferences = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  // Its made-up camera does not go by what the page asks for.
  'media.navigator.video.default_width': 320,
  'media.navigator.video.default_height': 180,
  'media.navigator.video.default_fps': 5,
  'layout.frame_rate': 10, // how often windows are drawn, in a second
};

/** The browsers and the server that run while the tests do. */
export const house = { server: undefined, chromium: undefined, firefox: undefined };

export async function openHouse() {
  house.server = await startServer();
  house.chromium = await chromium.launch(undefined, chromiumArguments);
  house.firefox = await firefox.launch(undefined, firefoxPreferences);
}

export async function closeHouse() {
  await house.chromium?.close();
  await house.firefox?.close();
  await house.server?.stop();
}

export function clearHouse() {
  return Promise.all([house.chromium.closeWindows(), house.firefox.closeWindows()]);
}

/** Starts a Chromium on a machine that has no camera. */
export function chromiumWithoutCamera() {
  return chromium.launch(undefined, ['--use-fake-device-for-media-stream=device-count=0', '--use-fake-ui-for-media-stream']);
}

/**
 * Opens the page for somebody; resolves in the lobby.
 * @param {object} where browser, server and host, if not the usual ones; room; inits: scripts to run
 *   before the page's; and what the window is like, such as { viewport } or, in Chromium, { colorScheme }
 */
export async function arrive(name, where) {
  const { browser = house.chromium, server = house.server, host = 'localhost', room, inits = [], ...window } = where;
  const person = new Person(name, browser);
  const url = `http://${host}:${server.port}/room/?save-data&room=${encodeURIComponent(room)}`;
  await person.open(url, inits, { viewport: small, ...window });
  return person;
}

/** Lets people arrive and join one after the other: into Firefox those whose name begins with F. */
export async function gather(names, where) {
  const people = [];
  for (const name of names) {
    const person = await arrive(name, { browser: name.startsWith('F') ? house.firefox : house.chromium, ...where });
    await person.join();
    people.push(person);
  }
  return people;
}

/** Saves what a person's window shows, to be looked at. */
export async function picture(person, name) {
  await mkdir(artifacts, { recursive: true });
  await writeFile(new URL(`${name}.png`, artifacts), await person.screenshot());
}
