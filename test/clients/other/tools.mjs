// What the clients under test need of the machine, and the one that is built here.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { missingPackages } from '../../lib/packages.mjs';

export const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The interpreter that Debian's python3-socketio is for, or another one that has it. */
export const python = process.env.PYTHON || '/usr/bin/python3';

/** The Go client, once buildGoProgram has run. */
export const goProgram = here('artifacts/goclient');

/** One line for each thing that is missing, with what to do about it. */
export function missingTools() {
  const lines = [];
  if (missingPackages()) lines.push(missingPackages());
  if (!works(python, '-c', 'import aiohttp, requests, socketio, websocket')) {
    lines.push(`${python} has no python-socketio: install it with its transports (Debian: apt-get install ` +
      'python3-socketio python3-aiohttp python3-requests python3-websocket) or set PYTHON to one that has it');
  }
  if (!works('go', 'version')) lines.push('go is missing: install Go 1.25 or later');
  return lines;
}

/** Builds the Go client; says what is wrong when that fails. */
export function buildGoProgram() {
  const { status, error, stderr } = spawnSync('go', ['build', '-o', goProgram, '.'],
    { cwd: here('goclient'), encoding: 'utf8' });
  return status === 0 ? '' : `test/clients/other/goclient does not build: ${error?.message ?? stderr.trim()}`;
}

function works(file, ...args) {
  return spawnSync(file, args, { stdio: 'ignore' }).status === 0;
}
