// Starting and ending the two servers that a scenario is run against.
//
// Both kinds answer to the same small interface:
//   url    where it listens
//   stop() the orderly end: io.close() in Node, SIGTERM for ours
//   kill() the sudden end: SIGKILL of the process
//   start() again on the same port, after either
//   dispose() at the end of the scenario; fails if the process had died of itself
import { fork, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const REFERENCE = fileURLToPath(new URL('../reference.mjs', import.meta.url));
const BINARY =
  process.env.SIGNALING_BIN || fileURLToPath(new URL('../../../bin/signaling', import.meta.url));
const STARTED = /Open http:\/\/localhost:(\d+)\//;
const KEPT_LOG = 16_384;

/** The option names of Node's server and our flags for the same thing. */
const FLAGS = {
  pingInterval: (ms) => ['-ping-interval', `${ms}ms`],
  pingTimeout: (ms) => ['-ping-timeout', `${ms}ms`],
  maxHttpBufferSize: (bytes) => ['-max-payload', `${bytes}`],
  connectTimeout: (ms) => ['-connect-timeout', `${ms}ms`],
};

/** COMPAT_AGAINST=node puts a second reference in our place: the harness judges itself. */
export const startOurs =
  process.env.COMPAT_AGAINST === 'node' ? startReference : startBinary;

let sharedHost;

/**
 * Starts a reference server. Unless `own` is set it lives in a process shared
 * with other scenarios, which cannot be killed.
 */
export async function startReference({ options = {}, own = false } = {}) {
  const server = new ReferenceServer(options, own);
  await server.start();
  return server;
}

/** Starts our binary. The options are those of the reference, by their Node names. */
export async function startBinary({ options = {} } = {}) {
  if (!existsSync(BINARY)) {
    throw new Error(`${BINARY} is missing: run "make build", or name a binary in SIGNALING_BIN`);
  }
  const server = new BinaryServer(options);
  await server.start();
  return server;
}

class ReferenceServer {
  port = 0;

  constructor(options, own) {
    this.options = options;
    this.own = own;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  async start() {
    // Only the first one need be killed: after that the shared process serves.
    if (this.own && !this.port) this.host = new ReferenceHost();
    else this.host = sharedHost ??= new ReferenceHost();
    this.port = await this.host.ask({ open: { port: this.port, options: this.options } });
    this.open = true;
  }

  async stop() {
    this.open = false;
    await this.host.ask({ close: this.port });
    if (this.host !== sharedHost) await this.host.end();
  }

  async kill() {
    this.open = false;
    await this.host.end();
  }

  async dispose() {
    if (this.open) await this.stop();
  }
}

class ReferenceHost {
  #child = fork(REFERENCE, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  #asked = new Map();
  #next = 1;
  #ended = new Promise((resolve) => this.#child.once('exit', resolve));

  constructor() {
    this.#child.on('message', ({ id, port, error }) => {
      const { resolve, reject } = this.#asked.get(id);
      this.#asked.delete(id);
      if (error) reject(new Error(`reference server: ${error}`));
      else resolve(port);
      this.#holdProcess();
    });
    this.#child.once('exit', (code, signal) => {
      const err = new Error(`the reference's process ended (${signal ?? `code ${code}`})`);
      for (const { reject } of this.#asked.values()) reject(err);
    });
    this.#holdProcess();
  }

  ask(request) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#holdProcess();
      this.#child.send({ id, ...request }, (err) => err && reject(err));
    });
  }

  async end() {
    this.#child.ref();
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  // The host serves until the test process ends; only an open question may
  // keep that process alive.
  #holdProcess() {
    if (this.#asked.size) {
      this.#child.ref();
      this.#child.channel?.ref();
    } else {
      this.#child.unref();
      this.#child.channel?.unref();
    }
  }
}

class BinaryServer {
  port = 0;

  constructor(options) {
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

  async stop() {
    this.child.kill('SIGTERM');
    await this.exited;
  }

  async kill() {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  async dispose() {
    const { exitCode, signalCode } = this.child;
    if (exitCode === null && signalCode === null) {
      await this.kill();
    } else if (exitCode || (signalCode && signalCode !== 'SIGKILL')) {
      throw new Error(`our server ended (${signalCode ?? `code ${exitCode}`}):\n${this.log}`);
    }
  }
}

/** A port that nobody listens on, taken from the kernel and given back. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
