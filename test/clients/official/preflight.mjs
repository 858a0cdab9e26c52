// Run before the tests: one line instead of a failure per test when there is nothing to test.
import { missingPackages } from '../../lib/packages.mjs';
import { missingServer } from '../../lib/server.mjs';

for (const missing of [missingServer(), missingPackages()].filter(Boolean)) {
  console.error(missing);
  process.exitCode = 1;
}
