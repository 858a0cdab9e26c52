// The Node reference: servers in a process that reference.mjs runs in.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../reference.mjs', import.meta.url));

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
  #child = fork(PROGRAM, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
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
      if (sharedHost === this) sharedHost = undefined;
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
