// Run before the tests: one line for each thing they cannot do without, instead of a failure per test.
import { missingPackages } from '../../lib/packages.mjs';
import { missingServer } from '../../lib/server.mjs';
import { missingBrowsers } from '../browsers.mjs';

for (const missing of [missingServer(), missingPackages(), ...missingBrowsers()].filter(Boolean)) {
  console.error(missing);
  process.exitCode = 1;
}
