// The well-behaved half of the soak: official clients of every version call each other, in pairs
// that last a while and are followed by others. Each message is numbered; one that is lost, comes
// twice or out of order is an error. SIGTERM lets the calls come to their end; the last line on
// stdout is {"calls", "delivered", "errors"}.
import { connect, kinds, upgraded } from '../../clients/peer.mjs';
import { until } from '../../lib/until.mjs';

const [url, callsAtOnce] = [process.argv[2], Number(process.argv[3])];
const window = 8; // messages on their way in one direction
const pause = 40; // ms between two messages of one side, on average

const pick = (list) => list[Math.floor(Math.random() * list.length)];
const sleep = (ms) => new Promise((resume) => setTimeout(resume, ms));

let over = false;
process.on('SIGTERM', () => { over = true; });

const result = { calls: 0, delivered: 0, errors: [] };
let number = 0;

/** One direction of a call. */
class Direction {
  sent = 0;
  due = 0; // next message at the receiver

  constructor(call, from, to) {
    Object.assign(this, { call, from, to });
    // What passers-by broadcast is not of the call.
    to.socket.on('message', (message) => {
      if (message?.call !== call || message.to !== to.id) return;
      if (message.n !== this.due) this.fail(`message ${message.n} came when ${this.due} was due`);
      this.due = message.n + 1;
      result.delivered += 1;
    });
    from.socket.on('disconnect', (reason) => { if (!this.ended) this.fail(`the sender lost its connection: ${reason}`); });
  }

  fail(what) {
    result.errors.push(`${this.from.kind.name} to ${this.to.kind.name}: ${what}`);
  }

  async talk(end) {
    while (!over && Date.now() < end) {
      if (this.sent - this.due < window) {
        const message = { call: this.call, to: this.to.id, n: this.sent++, text: 'x'.repeat(Math.random() * 1500) };
        this.from.emit('message', { channel: this.to.id, message });
      }
      await sleep(Math.random() * 2 * pause);
      this.from.takeHeard(); // not of interest: it must only not grow
    }
    await until('all has arrived', () => this.due === this.sent, () => `${this.due} of ${this.sent}`);
  }
}

/** A call between two clients of any kinds, from the first connection to the last. */
async function call() {
  const peers = await Promise.all([pick(kinds), pick(kinds)].map((kind) => connect(url, kind)));
  await Promise.all(peers.map(upgraded));
  const id = ++number;
  const directions = [new Direction(id, ...peers), new Direction(id, ...[...peers].reverse())];
  const end = Date.now() + 3000 + Math.random() * 15000;
  try {
    await Promise.all(directions.map((direction) => direction.talk(end)));
    result.calls += 1;
  } finally {
    for (const direction of directions) direction.ended = true;
    for (const peer of peers) peer.close();
  }
}

async function line() {
  while (!over) await call().catch((error) => result.errors.push(error.message));
}

await Promise.all(Array.from({ length: callsAtOnce }, line));
console.log(JSON.stringify(result));
process.exit(0); // old clients leave timers behind
