// Run before the tests: one line instead of a failure per test when there is nothing to test.
import { missingServer } from './server.mjs';

const missing = missingServer();
if (missing) {
  console.error(missing);
  process.exitCode = 1;
}
