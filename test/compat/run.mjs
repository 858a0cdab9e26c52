// Runs the differential test:  node run.mjs [--quick] [--grep REGEXP]
//
//   --quick   every scenario in a sample of its cells instead of all
//   --grep    only tests whose "family · title · cell" matches
//
// A run without --grep also holds the docs to what it found. Environment:
//   SIGNALING_BIN   the binary to judge (default: bin/signaling)
//   COMPAT_AGAINST  "node": a second reference in its place, to judge the harness
import { readdirSync } from 'node:fs';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { missingPackages } from '../lib/packages.mjs';
import { readNotes, startNotes } from './harness/results.mjs';
import report from './harness/reporter.mjs';
import { JUDGES_ITSELF } from './harness/servers.mjs';
import { complaints } from './table.mjs';

/** Test files under way at once: each keeps a core busy, its servers another. */
const FILES_AT_ONCE = 2;

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const { values: args } = parseArgs({ options: { grep: { type: 'string' }, quick: { type: 'boolean' } } });
process.env.ONLY = args.grep ?? '';
process.env.COMPAT_QUICK = args.quick ? '1' : '';
if (missingPackages()) {
  console.error(missingPackages());
  process.exit(1);
}

const files = ['scenarios', 'http'].flatMap((folder) =>
  readdirSync(here(folder))
    .filter((name) => name.endsWith('.test.mjs'))
    .map((name) => here(`${folder}/${name}`)),
);

const judged = !args.grep && !JUDGES_ITSELF;
startNotes(judged && !args.quick);
let passed = 0;
let failed = 0;
const stream = run({ files, concurrency: FILES_AT_ONCE });
stream.on('test:pass', ({ details }) => details.type !== 'suite' && passed++);
stream.on('test:fail', () => failed++);
for await (const text of stream.compose(report)) process.stdout.write(text);

const wrong = [];
if (!passed) wrong.push('no test passed, or none matches the selection');
if (judged && !failed) wrong.push(...complaints(readNotes()));
for (const text of wrong) console.log(`not ok: ${text}`);
process.exitCode = failed || wrong.length ? 1 : 0;
