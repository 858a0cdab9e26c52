// Run before the tests: builds our server; one line instead of a failure per
// test when that cannot be done.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { missingPackages } from '../../lib/packages.mjs';

const top = fileURLToPath(new URL('../../..', import.meta.url));

if (missingPackages()) {
  console.error(missingPackages());
  process.exitCode = 1;
} else if (!existsSync(`${top}/internal/web/npm/node_modules/socket.io-client/dist/socket.io.msgpack.min.js`)) {
  console.error('The browser bundle is missing: run "make bundle".');
  process.exitCode = 1;
} else {
  const build = spawnSync('go', ['build', '-o', 'test/compat/options/artifacts/server', './test/compat/options/server'], { cwd: top, stdio: 'inherit' });
  if (build.error) console.error(`go cannot be run (${build.error.message}): install Go 1.25 or later`);
  process.exitCode = build.status ?? 1;
}
