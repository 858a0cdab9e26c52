// A peer whose client is a program in another language. The test and the program talk in lines,
// each a JSON object with a single field; binary data in it is {"$binary": "<base64>"}.
//
//   the program's arguments: the server's address, and the transports separated by commas
//   to it    {"emit": [event, ...arguments]}   {"state": true}   {"leave": true}
//   from it  {"connect": id}   {"error": text}   {"event": [event, ...arguments]}
//            {"state": {"transport": name, "session": id}}   {"disconnect": reason or null}
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Hearing } from '../peer.mjs';
import { until } from '../../lib/until.mjs';

const binary = '$binary';

/** Starts the program [file, ...arguments]; resolves once its client is in the namespace. */
export async function connectProgram(kind, command, transports, url) {
  const peer = new ProgramPeer(kind, [...command, url, transports.join(',')]);
  await until(`${kind.name} is connected`, () => peer.settled, () => peer.said);
  if (!peer.id) throw new Error(`${kind.name} does not connect: ${peer.said}`);
  return peer;
}

class ProgramPeer extends Hearing {
  id; // while it is connected
  said = ''; // the end of what it wrote to stderr, and errors that it has reported
  reasons = []; // of its disconnects
  #child;
  #states = [];

  constructor(kind, [file, ...args]) {
    super();
    this.kind = kind;
    this.#child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.on('error', (err) => this.#end(err.message));
    this.#child.on('exit', (code, signal) => this.#end(`it ended (${code ?? signal})`));
    this.#child.stderr.setEncoding('utf8').on('data', (text) => this.#note(text));
    this.#child.stdin.on('error', () => {}); // it has ended, which is noted above
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#read(line));
    const kill = () => this.#child.kill('SIGKILL'); // a test process that ends early leaves nothing behind
    process.on('exit', kill);
    this.#child.on('exit', () => process.off('exit', kill));
  }

  #note(text) {
    this.said = (this.said + text).slice(-4000);
  }

  #end(why) {
    this.ended = true;
    this.#note(`${why}\n`);
  }

  #read(line) {
    const { connect, error, event, state, disconnect } = JSON.parse(line, fromJSON);
    if (connect !== undefined) this.id = connect;
    else if (error !== undefined) this.#end(`${error}\n`);
    else if (event) this.hear(event[0], event.slice(1));
    else if (state) this.#states.push(state);
    else this.reasons.push(disconnect);
  }

  /** Whether it is known if the client connects. */
  get settled() {
    return Boolean(this.id) || this.ended;
  }

  /** Why the client was disconnected; undefined as long as it was not, or when it ended with an error. */
  get reason() {
    return this.reasons.at(-1);
  }

  /** The transport in use, and the id of the Engine.IO session. */
  async state() {
    this.#write({ state: true });
    await until(`${this.kind.name} says how it is connected`, () => this.#states.length > 0 || this.ended,
      () => this.said);
    return this.#states.shift() ?? {};
  }

  emit(event, ...args) {
    this.#write({ emit: [event, ...args] });
  }

  /** Has the client disconnect. */
  leave() {
    this.#write({ leave: true });
  }

  #write(command) {
    this.#child.stdin.write(`${JSON.stringify(command, toJSON)}\n`);
  }

  /** Ends the program, whatever its client does. */
  close() {
    this.#child.kill('SIGKILL');
  }
}

function toJSON(_, value) {
  // A Buffer has become what its toJSON returns before it comes here.
  return value?.type === 'Buffer' ? { [binary]: Buffer.from(value.data).toString('base64') } : value;
}

function fromJSON(_, value) {
  return typeof value?.[binary] === 'string' ? Buffer.from(value[binary], 'base64') : value;
}
