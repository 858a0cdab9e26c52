// Starts and stops the server under test: the built binary, on a port the kernel picks.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { patience } from './patience.mjs';

const built = fileURLToPath(new URL('../../bin/signaling', import.meta.url));
const binary = process.env.SIGNALING_BIN ? resolve(process.env.SIGNALING_BIN) : built;

/** Says in one line what to do when there is no server to test; undefined when there is one. */
export function missingServer() {
  if (existsSync(binary)) return undefined;
  return process.env.SIGNALING_BIN
    ? `no server at ${binary}: correct SIGNALING_BIN`
    : `no server at ${binary}: run \`make build\` first`;
}

/**
 * Starts the server and resolves once it listens. The caller must stop() it.
 * @param {string[]} flags how to start it; unless told otherwise the kernel picks the port
 */
export async function startServer(flags = ['-addr', '127.0.0.1:0']) {
  const missing = missingServer();
  if (missing) throw new Error(missing);
  const server = new Server(spawn(binary, flags, { stdio: ['ignore', 'pipe', 'pipe'] }));
  await server.listening();
  return server;
}

class Server {
  #child;
  #exited; // resolves with [code, signal]
  #log = ''; // the end of what the server wrote to stderr

  /** The port it listens on. */
  port = 0;

  constructor(child) {
    this.#child = child;
    this.#exited = once(child, 'exit');
    this.#exited.catch(() => {}); // a failed spawn is reported by listening()
    child.stderr.setEncoding('utf8').on('data', (text) => {
      this.#log = (this.#log + text).slice(-4000);
    });
    // A test process that ends early must not leave a server behind.
    const kill = () => child.kill('SIGKILL');
    process.on('exit', kill);
    child.on('exit', () => process.off('exit', kill));
  }

  /** Whether it has not ended yet. */
  get running() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The end of what it has logged. */
  get log() {
    return this.#log;
  }

  /** Ends the server as a crash does. */
  async kill() {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** Where clients connect to. */
  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Resolves once the server has printed the URL to open. */
  async listening() {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patience);
    try {
      const ended = this.#exited.then(([code, signal]) => {
        throw new Error(`the server ended before it listened (${code ?? signal}): ${this.#log.trim()}`);
      });
      this.port = await Promise.race([this.#announcedPort(), ended]);
    } finally {
      clearTimeout(timer);
    }
  }

  #announcedPort() {
    return new Promise((found) => {
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        const match = /^Open http:\/\/localhost:(\d+)\/ /.exec(line);
        if (match) found(Number(match[1]));
      });
    });
  }

  /** Ends the server as a crash does: at once, without a word to anybody. */
  async kill() {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** Ends the server as SIGTERM does; rejects when it had died before or does not end cleanly. */
  async stop() {
    const { exitCode, signalCode } = this.#child;
    if (!this.running) {
      throw new Error(`the server died during the test (${exitCode ?? signalCode}): ${this.#log.trim()}`);
    }
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), patience);
    const [code, signal] = await this.#exited;
    clearTimeout(timer);
    if (code !== 0) {
      throw new Error(`the server did not end cleanly on SIGTERM (${code ?? signal}): ${this.#log.trim()}`);
    }
  }
}
