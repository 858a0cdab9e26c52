// Our server: the binary, as people run it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BINARY = process.env.SIGNALING_BIN || fileURLToPath(new URL('../../../bin/signaling', import.meta.url));
const STARTED = /Open http:\/\/localhost:(\d+)\//;
const KEPT_LOG = 16_384;

/** The option names of Node's server and our flags for the same thing. */
const FLAGS = {
  pingInterval: (ms) => ['-ping-interval', `${ms}ms`],
  pingTimeout: (ms) => ['-ping-timeout', `${ms}ms`],
  maxHttpBufferSize: (bytes) => ['-max-payload', `${bytes}`],
  connectTimeout: (ms) => ['-connect-timeout', `${ms}ms`],
};

/** Servers that scenarios have done with; their clients and the next ones do not meet. */
const spare = [];
process.on('exit', () => spare.forEach((server) => server.child.kill('SIGKILL')));

/**
 * Starts our binary, or takes one that is spare. Set `own` for a server that is
 * to be stopped or killed. The options are those of the reference, by their
 * Node names.
 */
export async function startBinary({ options = {}, own = false } = {}) {
  if (!existsSync(BINARY)) {
    throw new Error(`${BINARY} is missing: run "make build", or name a binary in SIGNALING_BIN`);
  }
  const common = !own && !Object.keys(options).length;
  const server = (common && spare.pop()) || new BinaryServer(options, common);
  if (!server.child) await server.start();
  return server;
}

class BinaryServer {
  port = 0;

  constructor(options, common) {
    this.common = common;
    this.flags = Object.entries(options).flatMap(([name, value]) => {
      if (!FLAGS[name]) throw new Error(`no flag is known for the option ${name}: add it to FLAGS`);
      return FLAGS[name](value);
    });
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  async start() {
    this.log = '';
    this.child = spawn(BINARY, ['-addr', `127.0.0.1:${this.port}`, ...this.flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.exited = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
      this.child.once('error', (err) => resolve(err.message));
    });
    this.child.stderr.on('data', (chunk) => {
      this.log = (this.log + chunk).slice(-KEPT_LOG);
    });
    this.port = await this.#announcedPort();
    // A spare server must not keep the test process alive.
    for (const handle of [this.child, this.child.stdout, this.child.stderr]) handle.unref();
  }

  async #announcedPort() {
    let printed = '';
    const announced = new Promise((resolve) => {
      this.child.stdout.on('data', (chunk) => {
        printed += chunk;
        const found = STARTED.exec(printed);
        if (found) resolve(Number(found[1]));
      });
    });
    const port = await Promise.race([announced, this.exited]);
    if (typeof port !== 'number') {
      throw new Error(`${BINARY} ended before it listened (${port}): ${this.log || printed}`);
    }
    return port;
  }

  stop() {
    return this.#end('SIGTERM');
  }

  kill() {
    return this.#end('SIGKILL');
  }

  async #end(signal) {
    this.child.ref();
    this.child.kill(signal);
    await this.exited;
  }

  async dispose() {
    const { exitCode, signalCode } = this.child;
    const ended = exitCode !== null || signalCode !== null;
    if (exitCode || (signalCode && signalCode !== 'SIGKILL')) {
      throw new Error(`our server ended (${signalCode ?? `code ${exitCode}`}):\n${this.log}`);
    }
    if (this.common && !ended) spare.push(this);
    else if (!ended) await this.kill();
  }
}
