// The tables of the README and of docs/compatibility.md, made from what the
// last run found.
//
//   node table.mjs   writes them between their markers
import { readFileSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { DELIBERATE } from './deliberate.mjs';
import { DIFFERENCES } from './harness/deliberate.mjs';
import { TRANSPORTS, VERSIONS } from './harness/cells.mjs';
import { readNotes } from './harness/results.mjs';

const FILES = ['README.md', 'docs/compatibility.md'];
const COLUMNS = { polling: 'polling', websocket: 'WebSocket', upgrade: 'polling, then upgraded' };

/** The generated parts, by the name in their markers. */
const PARTS = { clients: clientsTable, scenarios: scenariosTable, deliberate: deliberateTable };

/** Those that count what ran, which only a whole run can fill. */
const COUNTS = ['clients', 'scenarios'];

/** What a run of every scenario has shown to be untrue. */
export function complaints({ whole, notes }) {
  const found = new Set(notes.flatMap(({ excused = [] }) => excused));
  const gone = DIFFERENCES.filter((_, i) => !found.has(i));
  const stale = FILES.filter((file) => read(file) !== filled(read(file), whole, notes));
  return [
    ...gone.map(
      ({ what, tests }) => `"${what}" is no difference any more in ${tests}: take it out of deliberate.mjs`,
    ),
    ...stale.map((file) => `${file} is not what was found: run "make compat", then "npm run compat:table" in test`),
  ];
}

const pathOf = (file) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const read = (file) => readFileSync(pathOf(file), 'utf8');

function filled(text, whole, notes) {
  const parts = Object.keys(PARTS).filter((name) => whole || !COUNTS.includes(name));
  return parts.reduce(
    (rest, name) =>
      rest.replace(
        new RegExp(`(<!-- compat:${name} -->\n)[^]*?(<!-- /compat:${name} -->)`),
        (_, begin, end) => `${begin}${PARTS[name](notes)}${end}`,
      ),
    text,
  );
}

function clientsTable(notes) {
  const scenarios = notes.filter(({ http, alone }) => !http && !alone);
  const uniform = scenarios.filter(({ mixed }) => !mixed);
  const mixed = scenarios.filter((note) => note.mixed);
  const exchanges = notes.filter(({ http }) => http);
  const played = (version, transport) =>
    uniform.filter(({ players: { a } }) => a.version === version && a.transport === transport);
  const rows = VERSIONS.map((version) => [version, ...TRANSPORTS.map((name) => share(played(version, name)))]);
  return [
    markdown(['Client', ...TRANSPORTS.map((name) => COLUMNS[name])], rows),
    `Clients of different versions on different transports with one another: ${share(mixed)}.\n`,
    `Raw HTTP and WebSocket exchanges: ${share(exchanges)}.\n`,
  ].join('\n');
}

function share(notes) {
  return `${notes.filter(({ equal }) => equal).length} of ${notes.length}`;
}

function scenariosTable(notes) {
  const familyOf = ({ name }) => name.split(' · ')[0];
  const families = [...new Set(notes.map(familyOf))].sort();
  const rows = families.map((family) => {
    const tests = notes.filter((one) => familyOf(one) === family);
    const titles = new Set(tests.map(({ name }) => name.split(' · ')[1]));
    return [family, tests[0].http ? 'requests' : 'clients', titles.size, tests.length];
  });
  const [clients, requests] = ['clients', 'requests'].map((kind) => rows.filter((row) => row[1] === kind));
  return markdown(['Family', 'Of', 'Cases', 'Tests'], [...clients, ...requests]);
}

function deliberateTable() {
  return markdown(
    ['What', 'Node', 'Here', 'Why'],
    DELIBERATE.map(({ what, node, ours, why }) => [what, node, ours, why]),
  );
}

function markdown(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const { whole, notes } = readNotes();
  if (!whole) console.error(`The last run was a part: ${COUNTS.join(', ')} stay as they are until "make compat" ran.`);
  for (const file of FILES) writeFileSync(pathOf(file), filled(read(file), whole, notes));
}
