// Notes of what ran, from which the tables in the docs are made. Every test
// process appends lines to one file: a line is written by one call.
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../artifacts/', import.meta.url));
const FILE = `${FOLDER}results.ndjson`;

/** Forgets what ran before. `whole`: every test there is will run. */
export function startNotes(whole) {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(FILE, `${JSON.stringify({ whole })}\n`);
}

/**
 * Notes one test: its name ("family · title", with the cell behind it for a
 * scenario), who played, whether what was seen was equal, and the deliberate
 * differences in it, by index in DIFFERENCES.
 */
export function note(row) {
  appendFileSync(FILE, `${JSON.stringify(row)}\n`);
}

/** The notes of the last run, and whether it was a whole one. */
export function readNotes() {
  const lines = readFileSync(FILE, 'utf8').trim().split('\n');
  const [{ whole }, ...notes] = lines.map((line) => JSON.parse(line));
  return { whole, notes };
}
