// The clients under test: for each how to connect it, and what it says when it is disconnected.
import { transports } from '../../lib/transports.mjs';
import { connectBare } from './bare.mjs';
import { connectProgram } from './program.mjs';
import { goProgram, here, python } from './tools.mjs';

const programs = [
  // The version that Debian has does not tell its user a reason.
  { name: 'python-socketio with threads', command: [python, here('python/sync.py')], left: null, ended: null },
  { name: 'python-socketio with asyncio', command: [python, here('python/async.py')], left: null, ended: null },
  // Begins with any of its transports, so it gets one. Starts a goroutine for each packet, so that
  // its user does not hear them in order. Loses packets beyond 64 KB over polling.
  { name: 'socket.io-client-go', command: ['env', 'GODEBUG=asyncpreemptoff=1', goProgram], ways: ['polling', 'websocket'], unordered: true,
    largest: 60_000, left: 'io client disconnect', ended: 'transport close' },
];

const bare = [4, 3].map((revision) => ({
  name: `the bare protocol, revision ${revision}`,
  revision,
  transport: 'websocket',
  left: 'closed 1005',
  ended: 'closed 1005',
  connect(url) { return connectBare(this, revision, url); },
}));

/** Every client over every transport that it has. */
export const kinds = [
  ...programs.flatMap(({ name, command, ways = Object.keys(transports), ...rest }) => ways.map((way) => ({
    ...rest,
    name: `${name} over ${way}`,
    transport: transports[way].at(-1),
    connect(url) { return connectProgram(this, command, transports[way], url); },
  }))),
  ...bare,
];

/** Those that speak the protocol themselves. */
export const bareKinds = bare;
