// A peer that speaks the two protocols itself, over a bare WebSocket: Engine.IO of revision 4 with
// Socket.IO of revision 5, or Engine.IO of revision 3 with Socket.IO of revision 4.
import { Hearing } from '../peer.mjs';
import { until } from '../../lib/until.mjs';
import { openWebSocket } from './websocket.mjs';

// Engine.IO packet types, then Socket.IO's; each begins a packet.
const open = '0', ping = '2', pong = '3', message = '4';
const connect = '0', disconnect = '1', event = '2', binaryEvent = '5';

const binaryMessage = 4; // the byte before binary data in revision 3

/** Connects; resolves once it is in the namespace. */
export async function connectBare(kind, revision, url) {
  const socket = await openWebSocket(url, `/socket.io/?EIO=${revision}&transport=websocket`);
  const peer = new BarePeer(kind, revision, socket);
  await until(`${kind.name} is connected`, () => peer.id !== undefined, () => peer.reason);
  return peer;
}

class BarePeer extends Hearing {
  id;
  session;
  /** Why the connection ended; undefined as long as it has not. */
  reason;
  /** Heartbeats that have come: pings in revision 4, answers to ours in revision 3. */
  heartbeats = 0;
  #revision;
  #socket;
  #pending; // { args, count, attachments } of an event that waits for binary data

  constructor(kind, revision, socket) {
    super();
    this.kind = kind;
    this.#revision = revision;
    this.#socket = socket;
    socket.on('message', (data) => (typeof data === 'string' ? this.#onText(data) : this.#onBinary(data)));
    socket.on('close', (code) => { this.reason = `closed ${code}`; });
  }

  async state() {
    return { transport: 'websocket', session: this.session };
  }

  emit(name, ...args) {
    const attachments = [];
    const json = JSON.stringify([name, ...args.map((arg) => takeOut(arg, attachments))]);
    const type = attachments.length ? `${binaryEvent}${attachments.length}-` : event;
    this.#socket.send(message + type + json);
    for (const data of attachments) {
      this.#socket.send(this.#revision === 3 ? Buffer.concat([Buffer.from([binaryMessage]), data]) : data);
    }
  }

  /** Revision 3 only, in which the client is the one to ask. */
  ping() {
    this.#socket.send(ping);
  }

  /** Leaves the namespace, then closes the WebSocket. */
  leave() {
    this.#socket.send(message + disconnect);
    this.#socket.close();
  }

  close() {
    this.#socket.destroy();
  }

  #onText(packet) {
    const data = packet.slice(1);
    switch (packet[0]) {
      case open:
        this.session = JSON.parse(data).sid;
        // In revision 3 a client is in the main namespace without asking.
        if (this.#revision === 4) this.#socket.send(message + connect);
        break;
      case ping:
        this.heartbeats++;
        this.#socket.send(pong + data);
        break;
      case pong:
        this.heartbeats++;
        break;
      case message:
        this.#onPacket(data);
        break;
      default:
        throw new Error(`the server sends ${packet}`);
    }
  }

  #onPacket(packet) {
    if (this.#pending) throw new Error(`the server sends ${packet} where binary data is to come`);
    const data = packet.slice(1);
    switch (packet[0]) {
      case connect:
        this.id = this.#revision === 4 ? JSON.parse(data).sid : this.session;
        break;
      case event:
        this.#deliver(JSON.parse(data));
        break;
      case binaryEvent: {
        const [, count, json] = /^(\d+)-(.*)$/s.exec(data);
        this.#pending = { args: JSON.parse(json), count: Number(count), attachments: [] };
        break;
      }
      default:
        throw new Error(`the server sends ${packet}`);
    }
  }

  #onBinary(data) {
    if (!this.#pending) throw new Error('the server sends binary data that it has not announced');
    if (this.#revision === 3 && data[0] !== binaryMessage) throw new Error(`binary data begins with ${data[0]}`);
    const { args, count, attachments } = this.#pending;
    attachments.push(this.#revision === 3 ? data.subarray(1) : data);
    if (attachments.length < count) return;
    this.#pending = undefined;
    this.#deliver(putBack(args, attachments));
  }

  #deliver([name, ...args]) {
    this.hear(name, args);
  }
}

/** Returns the value with a placeholder for each Buffer in it, and adds those to the attachments. */
function takeOut(value, attachments) {
  if (Buffer.isBuffer(value)) return { _placeholder: true, num: attachments.push(value) - 1 };
  return mapped(value, (item) => takeOut(item, attachments));
}

/** Returns the value with the attachments in the places of their placeholders. */
function putBack(value, attachments) {
  if (value?._placeholder) return attachments[value.num];
  return mapped(value, (item) => putBack(item, attachments));
}

function mapped(value, change) {
  if (Array.isArray(value)) return value.map(change);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));
}
