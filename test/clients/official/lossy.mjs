// A proxy that loses connections the way a network does.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const settled = 100; // ms; a request that is answered at once is over by then

/** Starts a proxy in front of a port; the caller must close() it. */
export async function startLossy(port) {
  const lossy = new Lossy(port);
  await lossy.listening();
  return lossy;
}

class Lossy {
  #server;
  #pairs = new Set(); // the two sockets of each connection that is open

  constructor(port) {
    this.#server = createServer((client) => this.#pass(client, connect(port, '127.0.0.1')));
  }

  async listening() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** Whether a connection has been open for a while: a poll that is held, or a WebSocket. */
  get busy() {
    return [...this.#pairs].some((pair) => !pair.lost && Date.now() - pair.since > settled);
  }

  #pass(...pair) {
    this.#pairs.add(pair);
    pair.since = Date.now();
    for (const [from, to] of [pair, [...pair].reverse()]) {
      from.on('data', (data) => { if (!pair.lost) to.write(data); });
      from.on('end', () => { if (!pair.lost) to.end(); });
      from.on('error', () => {}); // its end follows
      from.on('close', () => {
        if (pair.lost) return; // the other end is not told
        to.destroy();
        this.#pairs.delete(pair);
      });
    }
  }

  /** Neither end of an open connection hears of the other any more. New ones pass. */
  vanish() {
    for (const pair of this.#pairs) pair.lost = true;
  }

  /** Open connections are reset. */
  reset() {
    for (const socket of [...this.#pairs].flat()) socket.resetAndDestroy();
  }

  /** Open connections are closed. */
  cut() {
    for (const socket of [...this.#pairs].flat()) socket.end();
  }

  close() {
    for (const socket of [...this.#pairs].flat()) socket.destroy();
    this.#server.close();
  }
}
