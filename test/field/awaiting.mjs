// A WebSocket client that awaits one message at a time, as many programs do: what comes while it
// looks at the one before is lost on it. It plays each exchange RUNS times with the server of
// test/protocolserver at URL, and prints how often each went well, as JSON.
import { once } from 'node:events';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const WebSocket = createRequire(require.resolve('engine.io'))('ws');

const [url, runs] = process.argv.slice(2);

class Client {
  #socket;
  #closed = new AbortController();

  constructor(path, revision) {
    this.#socket = new WebSocket(`${url.replace('http', 'ws')}${path}?EIO=${revision}&transport=websocket`);
    this.#socket.on('error', () => {});
    this.#socket.once('close', () => this.#closed.abort());
  }

  /** The next message that comes from now on. When heartbeats come instead, it has come before. */
  async next() {
    for (let heartbeats = 0; heartbeats < 2; heartbeats++) {
      const [data] = await once(this.#socket, 'message', { signal: this.#closed.signal });
      if (String(data) !== '2') return String(data);
      this.send('3');
    }
    throw new Error('nothing but heartbeats comes');
  }

  async expect(begin) {
    const message = await this.next();
    if (!message.startsWith(begin)) throw new Error(`got ${message}, want ${begin}`);
  }

  /** Waits for the upgrade, and only then for messages. */
  opened() {
    return once(this.#socket, 'open');
  }

  send(text) {
    this.#socket.send(text);
  }

  close() {
    this.#socket.terminate();
  }
}

const joined = async (client, packet = '40', reply = '40{', event = '42["auth"') => {
  client.send(packet);
  await client.expect(reply);
  await client.expect(event);
};

const exchanges = {
  'the open packet behind the upgrade': async (client) => {
    await client.opened();
    await client.expect('0{');
  },
  'the main namespace': async (client) => {
    await client.expect('0{');
    await joined(client);
  },
  'the main namespace with a payload': async (client) => {
    await client.expect('0{');
    await joined(client, '40{"token":"123"}', '40{', '42["auth",{"token":"123"}]');
  },
  'another namespace': async (client) => {
    await client.expect('0{');
    await joined(client, '40/custom,', '40/custom,{', '42/custom,["auth",{}]');
  },
  'another namespace with a payload': async (client) => {
    await client.expect('0{');
    await joined(client, '40/custom,{"token":"abc"}', '40/custom,{', '42/custom,["auth",{"token":"abc"}]');
  },
  'a second namespace, left again': async (client) => {
    await client.expect('0{');
    await joined(client);
    await joined(client, '40/custom,', '40/custom,{', '42/custom,["auth"');
    client.send('41/custom,');
    client.send('42["message","to the main namespace"]');
    await client.expect('42["message-back","to the main namespace"]');
  },
  'an acknowledgement': async (client) => {
    await client.expect('0{');
    await joined(client);
    client.send('42456["message-with-ack",1,"2",{"3":[false]}]');
    await client.expect('43456[1,"2",{"3":[false]}]');
  },
};

const outcome = {};
for (const [name, play] of Object.entries(exchanges)) {
  const failures = [];
  for (let run = 0; run < Number(runs); run++) {
    const client = new Client('/socket.io/', 4);
    await play(client).catch((err) => failures.push(err.message));
    client.close();
  }
  outcome[name] = { held: Number(runs) - failures.length, failures };
}
console.log(JSON.stringify(outcome));
