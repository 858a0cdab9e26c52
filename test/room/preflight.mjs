// Run before the tests: one line for each thing they cannot do without, instead of a failure per test.
import { missingBrowsers } from '../browser/browsers.mjs';
import { missingServer } from '../clients/server.mjs';

for (const missing of [missingServer(), ...missingBrowsers()].filter(Boolean)) {
  console.error(missing);
  process.exitCode = 1;
}
