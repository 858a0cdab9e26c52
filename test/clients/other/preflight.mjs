// Run before the tests: one line for each thing they cannot do without, instead of a failure per test.
import { missingServer } from '../../lib/server.mjs';
import { buildGoProgram, missingTools } from './tools.mjs';

const missing = [missingServer(), ...missingTools()].filter(Boolean);
if (!missing.length) missing.push(...[buildGoProgram()].filter(Boolean));
for (const line of missing) {
  console.error(line);
  process.exitCode = 1;
}
