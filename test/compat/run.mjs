// Runs the differential test:  node run.mjs [--grep REGEXP]
//
// A whole run also holds docs/compatibility.md to what it found. Environment:
//   ONLY            as --grep: tests whose "family · title · cell" matches
//   SIGNALING_BIN   the binary to judge (default: bin/signaling)
//   COMPAT_AGAINST  "node": a second reference in its place, to judge the harness
import { existsSync, readdirSync } from 'node:fs';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { clearNotes } from './harness/results.mjs';
import report from './harness/reporter.mjs';
import { staleDocs } from './table.mjs';

/** Test files under way at once: each keeps a core busy, its servers another. */
const FILES_AT_ONCE = 2;

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const { values } = parseArgs({ options: { grep: { type: 'string' } } });
if (values.grep) process.env.ONLY = values.grep;
if (!existsSync(here('node_modules/socket.io'))) {
  console.error('The npm packages are missing: run "npm ci --ignore-scripts" in test/compat.');
  process.exit(1);
}

const files = ['scenarios', 'http'].flatMap((folder) =>
  readdirSync(here(folder)).filter((name) => name.endsWith('.test.mjs')).map((name) => here(`${folder}/${name}`)),
);

clearNotes();
let ran = 0;
let failed = 0;
const stream = run({ files, concurrency: FILES_AT_ONCE });
stream.on('test:pass', ({ details }) => details.type !== 'suite' && ran++);
stream.on('test:fail', () => failed++);
for await (const text of stream.compose(report)) process.stdout.write(text);

const whole = !process.env.ONLY && process.env.COMPAT_AGAINST !== 'node';
const stale = whole && !failed ? staleDocs() : '';
if (stale) console.log(`not ok docs: ${stale}`);
if (!ran) console.log('not ok: no test passed, or none matches the selection');
process.exitCode = failed || stale || !ran ? 1 : 0;
