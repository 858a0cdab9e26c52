// The tables of docs/compatibility.md, made from what the last whole run found.
//
//   node table.mjs [FILE...]   writes them between the markers of each file
//                              (default: docs/compatibility.md)
import { readFileSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { DELIBERATE } from './deliberate.mjs';
import { TRANSPORTS, VERSIONS } from './harness/cells.mjs';
import { readNotes } from './harness/results.mjs';

const DOCS = fileURLToPath(new URL('../../docs/compatibility.md', import.meta.url));
const COLUMNS = { polling: 'polling', websocket: 'WebSocket', upgrade: 'polling, then upgraded' };

/** The generated parts, by the name in their markers. */
const PARTS = { clients: clientsTable, deliberate: deliberateTable };

/** Says what in the docs, or in the table of deliberate differences, the run has shown to be untrue. */
export function staleDocs() {
  const notes = readNotes();
  const needed = new Set(notes.flatMap(({ excused = [] }) => excused));
  const unneeded = DELIBERATE.filter((_, i) => !needed.has(i)).map(({ what }) => what);
  if (unneeded.length) return `no difference any more, take it out of deliberate.mjs: ${unneeded.join('; ')}`;
  const text = readFileSync(DOCS, 'utf8');
  if (text !== filled(text, notes)) return 'docs/compatibility.md is not what this run found: run "npm run table" in test/compat';
  return '';
}

function filled(text, notes) {
  return Object.entries(PARTS).reduce(
    (rest, [name, make]) =>
      rest.replace(
        new RegExp(`(<!-- compat:${name} -->\n)[^]*?(<!-- /compat:${name} -->)`),
        (_, begin, end) => `${begin}${make(notes)}${end}`,
      ),
    text,
  );
}

function clientsTable(notes) {
  const scenarios = notes.filter(({ http, alone }) => !http && !alone);
  const uniform = scenarios.filter(({ mixed }) => !mixed);
  const rows = VERSIONS.map((version) => [
    version,
    ...TRANSPORTS.map((transport) =>
      share(uniform.filter(({ players: { a } }) => a.version === version && a.transport === transport)),
    ),
  ]);
  const mixed = share(scenarios.filter((note) => note.mixed));
  const exchanges = share(notes.filter(({ http }) => http));
  return [
    markdown(['client', ...TRANSPORTS.map((name) => COLUMNS[name])], rows),
    `Clients of different versions on different transports with one another: ${mixed}.\n`,
    `Raw HTTP and WebSocket exchanges: ${exchanges}.\n`,
  ].join('\n');
}

function share(notes) {
  return `${notes.filter(({ equal }) => equal).length} of ${notes.length}`;
}

function deliberateTable() {
  return markdown(
    ['what', 'Node', 'here', 'why'],
    DELIBERATE.map(({ what, node, ours, why }) => [what, node, ours, why]),
  );
}

function markdown(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const notes = readNotes();
  for (const file of argv.length > 2 ? argv.slice(2) : [DOCS]) {
    writeFileSync(file, filled(readFileSync(file, 'utf8'), notes));
  }
}
