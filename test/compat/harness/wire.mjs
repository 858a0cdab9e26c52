// A TCP client that sends exactly the bytes it is told to, and reads HTTP
// responses and WebSocket frames back without interpreting more than it must.
import { connect } from 'node:net';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { patience } from '../../lib/patience.mjs';

const BODILESS = [101, 204, 304];

export class Wire {
  #received = Buffer.alloc(0);
  #ended = false;
  #wake = () => {};

  constructor(url) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    // A reset and an orderly end are the same to a client: it is over.
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  send(data) {
    this.socket.write(data);
  }

  /** Ends our side; what the server still sends can be read. */
  end() {
    this.socket.end();
  }

  destroy() {
    this.socket.destroy();
  }

  /** Reads one response, whatever its body is framed by. method: of the request. */
  async response(method = 'GET') {
    const head = await this.#take((bytes) => {
      const end = bytes.indexOf('\r\n\r\n');
      return end < 0 ? null : { value: bytes.toString('latin1', 0, end), used: end + 4 };
    });
    if (head === null) return null;
    const [line, ...fields] = head.split('\r\n');
    const headers = fields.map((field) => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    });
    const [, version, code] = /^HTTP\/(\S+) (\d+)/.exec(line);
    const status = Number(code);
    const framed = await this.#body(status, method, new Map(headers));
    return { version, status, headers, ...framed };
  }

  async #body(status, method, headers) {
    if (BODILESS.includes(status) || method === 'HEAD') return { body: Buffer.alloc(0), framing: 'none' };
    const length = headers.get('content-length');
    let body;
    let framing = 'framed';
    if (length !== undefined) body = await this.#bytes(Number(length));
    else if (headers.get('transfer-encoding') === 'chunked') body = await this.#chunks();
    else {
      body = await this.#rest();
      framing = 'up to the end of the connection';
    }
    return { body: decompress(body, headers.get('content-encoding')), framing };
  }

  #bytes(count) {
    return this.#take((bytes) =>
      bytes.length < count ? null : { value: bytes.subarray(0, count), used: count },
    );
  }

  async #chunks() {
    const chunks = [];
    for (;;) {
      const size = await this.#take((bytes) => {
        const end = bytes.indexOf('\r\n');
        return end < 0 ? null : { value: parseInt(bytes.toString('latin1', 0, end), 16), used: end + 2 };
      });
      if (size === null) return Buffer.concat([...chunks, Buffer.from('<cut off>')]);
      const chunk = await this.#bytes(size + 2);
      if (size === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, size));
    }
  }

  #rest() {
    return this.#take((bytes, ended) => (ended ? { value: bytes, used: bytes.length } : null));
  }

  /** Reads one WebSocket frame; null when the connection has ended instead. */
  frame() {
    return this.#take((bytes) => {
      if (bytes.length < 2) return null;
      let size = bytes[1] & 0x7f;
      let start = 2;
      if (size === 126) {
        if (bytes.length < 4) return null;
        size = bytes.readUInt16BE(2);
        start = 4;
      } else if (size === 127) {
        if (bytes.length < 10) return null;
        size = Number(bytes.readBigUInt64BE(2));
        start = 10;
      }
      if (bytes.length < start + size) return null;
      const value = {
        fin: Boolean(bytes[0] & 0x80),
        reserved: (bytes[0] >> 4) & 7,
        opcode: bytes[0] & 15,
        masked: Boolean(bytes[1] & 0x80),
        payload: Buffer.from(bytes.subarray(start, start + size)),
      };
      return { value, used: start + size };
    });
  }

  /**
   * Takes from what was received as soon as `parse` makes something of it.
   * null: the connection ended first.
   */
  #take(parse) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const text = this.#received.toString('latin1', 0, 200);
        reject(new NoAnswer(`nothing, or not enough, came within ${patience} ms: ${JSON.stringify(text)}`));
      }, patience);
      const settle = (value) => {
        clearTimeout(timer);
        this.#wake = () => {};
        resolve(value);
      };
      this.#wake = () => {
        const taken = parse(this.#received, this.#ended);
        if (taken) {
          this.#received = this.#received.subarray(taken.used);
          settle(taken.value);
        } else if (this.#ended) {
          settle(null);
        }
      };
      this.#wake();
    });
  }
}

/** The server did not say what it was waited for. */
export class NoAnswer extends Error {}

function decompress(body, encoding) {
  if (encoding === 'gzip') return gunzipSync(body);
  if (encoding === 'deflate') return inflateSync(body);
  if (encoding === 'br') return brotliDecompressSync(body);
  return body;
}

/**
 * The bytes of a request. Host comes first and Content-Length last; both can be
 * overridden by a header of that name, with null for none at all.
 */
export function request(method, target, { headers = {}, body, version = '1.1' } = {}) {
  const fields = { Host: 'localhost', ...headers };
  const payload = body === undefined ? Buffer.alloc(0) : Buffer.from(body);
  if (body !== undefined) fields['Content-Length'] ??= payload.length;
  const lines = Object.entries(fields)
    .filter(([, value]) => value !== null)
    .flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}\r\n`));
  const head = Buffer.from(`${method} ${target} HTTP/${version}\r\n${lines.join('')}\r\n`, 'latin1');
  return Buffer.concat([head, payload]);
}

export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

/** The bytes of a client's WebSocket frame. */
export function frame(kind, payload = '', { fin = true, reserved = 0, masked = true } = {}) {
  const data = Buffer.from(payload);
  const first = (fin ? 0x80 : 0) | (reserved << 4) | (OPCODES[kind] ?? kind);
  const flag = masked ? 0x80 : 0;
  let head;
  if (data.length < 126) head = Buffer.from([first, flag | data.length]);
  else if (data.length < 65_536) head = Buffer.from([first, flag | 126, data.length >> 8, data.length & 255]);
  else {
    head = Buffer.alloc(10);
    head.set([first, flag | 127]);
    head.writeBigUInt64BE(BigInt(data.length), 2);
  }
  if (!masked) return Buffer.concat([head, data]);
  const mask = Buffer.from([0x12, 0x34, 0x56, 0x78]);
  return Buffer.concat([head, mask, data.map((byte, i) => byte ^ mask[i % 4])]);
}

/** The bytes of a WebSocket handshake. */
export function upgrade(target, headers = {}, method = 'GET') {
  return request(method, target, {
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    },
  });
}

/** The bytes of a client's text frame. */
export const textFrame = (text) => frame('text', text);
