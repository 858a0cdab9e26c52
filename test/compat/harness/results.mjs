// Notes of what ran, from which the table in the docs is made. Every test
// process appends lines to one file: a line is written by one call.
import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../artifacts/', import.meta.url));
const FILE = `${FOLDER}results.ndjson`;

export function note(row) {
  mkdirSync(FOLDER, { recursive: true });
  appendFileSync(FILE, `${JSON.stringify(row)}\n`);
}

export function clearNotes() {
  rmSync(FILE, { force: true });
}

export function readNotes() {
  return readFileSync(FILE, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
}
