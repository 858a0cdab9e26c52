// One conversation with a server, over as many connections as it takes, and what
// was heard in it.
import { setTimeout } from 'node:timers/promises';
import { describeFrame, describeResponse } from './answer.mjs';
import { frame, OPCODES, request, textFrame, upgrade, Wire } from './wire.mjs';

export class Talk {
  lines = [];
  #wires = [];
  #ids = [];

  constructor(url) {
    this.url = url;
  }

  /** A new connection. */
  dial() {
    const wire = new Wire(this.url);
    this.#wires.push(wire);
    return wire;
  }

  /** Sends a request on a connection of its own and does not wait for the answer. */
  start(bytes) {
    const wire = this.dial();
    wire.send(bytes);
    return wire;
  }

  /** Sends a request on a connection of its own and notes the answer. */
  async ask(bytes, label = '') {
    const wire = this.start(bytes);
    return this.hear(wire, label, methodOf(bytes));
  }

  /** Notes the next response on a connection. */
  async hear(wire, label = '', method = 'GET') {
    const response = await wire.response(method);
    if (label) this.lines.push(`[${label}]`);
    this.lines.push(...(response ? describeResponse(response) : ['(closed without an answer)']));
    return response;
  }

  /** Opens a session over polling, without noting it, and remembers its id. */
  async session(query = 'EIO=4') {
    const wire = this.start(request('GET', `/socket.io/?${query}&transport=polling`));
    const response = await wire.response();
    wire.destroy();
    const sid = /sid\\?":\\?"([\w-]+)/.exec(response.body.toString())[1];
    this.#ids.push(sid);
    return `/socket.io/?${query}&transport=polling&sid=${sid}`;
  }

  /**
   * Opens a session and joins "/" over polling; what is sent then is relayed.
   * Resolves with the target of its requests.
   */
  async member(query = 'EIO=4') {
    const target = await this.session(query);
    if (query.includes('EIO=4')) await this.quietly(request('POST', target, { body: encode(target, '40') }));
    await this.quietly(request('GET', target));
    return target;
  }

  /**
   * Notes what has become of a session over polling: it is asked for a
   * namespace that does not exist, which a living one refuses.
   */
  async fate(target) {
    this.say('[afterwards]');
    const posted = await this.ask(request('POST', target, { body: encode(target, '40/nope,') }));
    if (posted?.status === 200) await this.ask(request('GET', target));
  }

  /**
   * Notes what polls come to: the one that is held, and the next one of each
   * of the other sessions. Another client emits, so that all are answered.
   */
  async answers(held, ...targets) {
    const other = await this.member();
    await this.quietly(request('POST', other, { body: '42["answer","the first to all"]' }));
    await this.hear(held, 'the held poll');
    await this.quietly(request('POST', other, { body: '42["answer","the second to all"]' }));
    for (const target of targets) await this.ask(request('GET', target), 'the next poll');
  }

  /** Sends a request whose answer is not noted. */
  async quietly(bytes) {
    const wire = this.start(bytes);
    const response = await wire.response(methodOf(bytes));
    wire.destroy();
    return response;
  }

  /** Starts a poll and waits until the server holds it. */
  async hold(target, headers) {
    const wire = this.start(request('GET', target, { headers }));
    await this.settle();
    return wire;
  }

  /** Waits until what was sent on other connections has been read. */
  async settle() {
    for (let i = 0; i < 2; i++) {
      await setTimeout(30);
      await this.quietly(request('GET', '/socket.io/?EIO=4&transport=polling&sid=nobody'));
    }
  }

  /** Upgrades a connection to WebSocket and notes the answer. */
  async webSocket(target, headers) {
    const wire = this.start(upgrade(target, headers));
    await this.hear(wire);
    return wire;
  }

  /** A WebSocket on which "/" was joined, with nothing noted. */
  async socket(query = 'EIO=4') {
    const wire = this.start(upgrade(`/socket.io/?${query}&transport=websocket`));
    await wire.response();
    const { payload } = await wire.frame();
    this.#ids.push(JSON.parse(payload.toString().slice(1)).sid);
    if (query.includes('EIO=4')) wire.send(textFrame('40'));
    await wire.frame();
    return wire;
  }

  /** Notes the next `count` frames, or that the connection has ended. */
  async frames(wire, count = 1) {
    for (let i = 0; i < count; i++) {
      const received = await wire.frame();
      this.lines.push(received ? describeFrame(received) : '(closed)');
      if (!received) return;
      if (received.opcode === OPCODES.close) {
        // A client answers in kind; without that the server waits.
        wire.send(frame('close', received.payload));
        wire.end();
      }
    }
  }

  /** Notes every frame up to the end of the connection. */
  async framesToTheEnd(wire) {
    do await this.frames(wire);
    while (this.lines.at(-1) !== '(closed)');
  }

  say(line) {
    this.lines.push(line);
  }

  hangUp() {
    for (const wire of this.#wires) wire.destroy();
  }

  normalised() {
    return this.lines.map((line) => {
      const named = this.#ids.reduce((text, id) => text.replaceAll(id, '<sid>'), line);
      return named.replace(/(sid\\*":\\*")([\w-]{16,})/g, (_, before, id) => `${before}<${id.length} characters>`);
    });
  }
}

/** A packet in the form that a POST to the target has to have. */
function encode(target, packet) {
  const body = target.includes('EIO=4') ? packet : `${packet.length}:${packet}`;
  return target.includes('&j=') ? `d=${encodeURIComponent(body)}` : body;
}

function methodOf(bytes) {
  return bytes.toString('latin1', 0, bytes.indexOf(' '));
}
