// Whether the npm packages of the tests are there.
import { existsSync } from 'node:fs';

const packages = new URL('../node_modules/', import.meta.url);

/** The URL of a file of a package. */
export function inPackage(path) {
  return new URL(path, packages);
}

/** One line that says what to do when the packages are missing; undefined when they are there. */
export function missingPackages() {
  if (existsSync(inPackage('socket.io'))) return undefined;
  return 'The npm packages are missing: run "npm ci --ignore-scripts" in test.';
}
