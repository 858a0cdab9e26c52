// Run before the tests: one line for each thing they cannot do without, instead of a failure per test.
import { missingServer } from '../clients/server.mjs';
import { missingBrowsers } from './browsers.mjs';
import { missingBundles } from './site.mjs';

for (const missing of [missingServer(), missingBundles(), ...missingBrowsers()].filter(Boolean)) {
  console.error(missing);
  process.exitCode = 1;
}
