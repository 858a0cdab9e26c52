// Many official clients in a process of their own.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('clients.mjs', import.meta.url));

export class Crowd {
  #child;

  /** What the process last told of its clients. */
  state = { connected: 0, heard: {} };

  constructor(url, clients) {
    this.#child = fork(program, [url, String(clients)]);
    this.#child.on('message', (state) => { this.state = state; });
    // Tests that end early must not leave it behind.
    process.on('exit', () => this.end());
  }

  /** Has one of the clients send to everybody else. */
  send(text) {
    this.#child.send(text);
  }

  end() {
    this.#child.kill('SIGKILL');
  }
}
