// The two servers that everything is compared on. Both kinds answer to the same
// small interface:
//   url        where it listens
//   stop()     the orderly end: io.close() in Node, SIGTERM for ours
//   kill()     the sudden end: SIGKILL of the process
//   start()    again on the same port, after either
//   dispose()  when a scenario has done with it; fails if it had ended of itself
import { startBinary } from './binary-server.mjs';
import { startReference } from './reference-server.mjs';

/** A second reference stands in our place: the harness judges itself. */
export const JUDGES_ITSELF = process.env.COMPAT_AGAINST === 'node';

const startOurs = JUDGES_ITSELF ? startReference : startBinary;

export { startBinary, startOurs, startReference };
