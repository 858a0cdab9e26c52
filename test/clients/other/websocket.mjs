// A bare WebSocket client over TCP, by RFC 6455: as much of it as a client needs, and no library.
import { createHash, randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';

const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };
const noCode = 1005; // section 7.1.5: what a close frame without a status code means

/** Opens a WebSocket; rejects unless the server agrees. Its events are those of WebSocketClient. */
export async function openWebSocket(url, target) {
  const { hostname, port, host } = new URL(url);
  const stream = connect(Number(port), hostname);
  const key = randomBytes(16).toString('base64');
  stream.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`);
  const rest = await agreement(stream, key);
  return new WebSocketClient(stream, rest);
}

/** Reads the server's answer to the handshake (section 4.1); returns what has come after it. */
async function agreement(stream, key) {
  let read = Buffer.alloc(0);
  let end;
  while ((end = read.indexOf('\r\n\r\n')) < 0) {
    const chunk = stream.read() ?? (await once(stream, 'readable'), stream.read());
    if (!chunk) throw new Error(`the server ends the connection after ${JSON.stringify(read.toString())}`);
    read = Buffer.concat([read, chunk]);
  }
  const answer = read.toString('latin1', 0, end);
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  const agrees = answer.startsWith('HTTP/1.1 101 ') &&
    answer.split('\r\n').some((line) => line.toLowerCase() === `sec-websocket-accept: ${accept}`.toLowerCase());
  if (!agrees) throw new Error(`the server does not agree to WebSocket: ${answer}`);
  return read.subarray(end + 4);
}

/** Emits 'message' with a string or a Buffer, 'close' with the code once the connection has ended. */
class WebSocketClient extends EventEmitter {
  #stream;
  #unread;
  #parts = []; // of a message in several frames
  #type; // of that message
  #closing = false; // a close frame has been sent
  #code = 1006; // section 7.1.5: no close frame has come

  constructor(stream, unread) {
    super();
    this.#stream = stream;
    this.#unread = unread;
    stream.on('data', (chunk) => {
      this.#unread = Buffer.concat([this.#unread, chunk]);
      this.#readFrames();
    });
    stream.on('error', () => {}); // the end that follows is what counts
    stream.on('close', () => this.emit('close', this.#code));
    setImmediate(() => this.#readFrames()); // listeners are there by then
  }

  /** Sends a string or a Buffer as one message. */
  send(data) {
    this.#write(typeof data === 'string' ? opcodes.text : opcodes.binary, Buffer.from(data));
  }

  /** Starts the closing handshake. */
  close() {
    if (this.#closing) return;
    this.#closing = true;
    this.#write(opcodes.close, Buffer.alloc(0));
  }

  /** Ends the connection without a word. */
  destroy() {
    this.#stream.destroy();
  }

  /** Section 5.2: a client's frames are masked, and their lengths are as short as they can be. */
  #write(opcode, payload) {
    const { length } = payload;
    let head = Buffer.from([0x80 | opcode, 0x80 | length]);
    if (length > 0xffff) {
      head = Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | 127]), Buffer.alloc(8)]);
      head.writeBigUInt64BE(BigInt(length), 2);
    } else if (length > 125) {
      head = Buffer.from([0x80 | opcode, 0x80 | 126, length >> 8, length & 0xff]);
    }
    const mask = randomBytes(4);
    this.#stream.write(Buffer.concat([head, mask, payload.map((byte, i) => byte ^ mask[i % 4])]));
  }

  #readFrames() {
    for (let frame; (frame = firstFrame(this.#unread)); ) {
      this.#unread = this.#unread.subarray(frame.end);
      this.#receive(frame);
    }
  }

  #receive({ opcode, final, payload }) {
    if (opcode === opcodes.close) {
      this.#code = payload.length >= 2 ? payload.readUInt16BE() : noCode;
      this.close();
      this.#stream.end();
    } else if (opcode === opcodes.ping) {
      this.#write(opcodes.pong, payload);
    } else if (opcode !== opcodes.pong) {
      if (opcode !== opcodes.continuation) this.#type = opcode;
      this.#parts.push(payload);
      if (final) this.#deliver(Buffer.concat(this.#parts.splice(0)));
    }
  }

  #deliver(data) {
    this.emit('message', this.#type === opcodes.text ? data.toString() : data);
  }
}

/** The first frame in the bytes, and where it ends; nothing as long as it is not complete. */
function firstFrame(bytes) {
  if (bytes.length < 2) return undefined;
  const [first, second] = bytes;
  if (second & 0x80) throw new Error('the server masks its frames');
  let start = 2;
  let length = second;
  if (length === 126) {
    start = 4;
    if (bytes.length < start) return undefined;
    length = bytes.readUInt16BE(2);
  } else if (length === 127) {
    start = 10;
    if (bytes.length < start) return undefined;
    length = Number(bytes.readBigUInt64BE(2));
  }
  const end = start + length;
  if (bytes.length < end) return undefined;
  return { opcode: first & 0x0f, final: (first & 0x80) !== 0, payload: bytes.subarray(start, end), end };
}
