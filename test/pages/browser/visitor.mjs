// A page of another site in a browser, and the client in it.
import { until } from '../../lib/until.mjs';

/** Opens the site's page for a version of the client in a new window. */
export async function visit(browser, site, version) {
  const page = await browser.newPage(prepare);
  await page.goto(`${site.origin}/${version}`);
  return new Visitor(`${version} in ${browser.name}`, page);
}

/**
 * Runs in the window before the page's scripts: join connects the page's client and keeps what it
 * is told. Binary data is [bytes, ...] within {"bytes": …} on its way to the test and back.
 */
function prepare() {
  window.join = (url, options) => {
    window.heard = [];
    window.refusals = [];
    window.socket = window.io(url, { forceNew: true, reconnection: false, ...options });
    for (const event of ['offer', 'answer', 'onicecandidate', 'message']) {
      window.socket.on(event, (...args) => window.heard.push([event, ...args.map(readable)]));
    }
    window.socket.on('connect_error', (error) => window.refusals.push(String(error.message ?? error)));
  };
  window.send = (event, payload) => {
    const bytes = payload?.bytes;
    window.socket.emit(event, bytes ? new Uint8Array(bytes).buffer : payload);
  };
  const readable = (value) => (value instanceof ArrayBuffer ? { bytes: [...new Uint8Array(value)] } : value);
}

class Visitor {
  #page; // Playwright's or Puppeteer's; what is used of it here is the same in both

  constructor(name, page) {
    this.name = name;
    this.#page = page;
  }

  #call(name, ...args) {
    return this.#page.evaluate(`${name}(${args.map((arg) => JSON.stringify(arg)).join()})`);
  }

  /** Starts to connect to a server with a client's options. */
  join(url, options) {
    return this.#call('join', url, options);
  }

  /** Resolves once the client is connected over that transport; takes its id. */
  async joined(transport) {
    const state = () => this.#page.evaluate('[socket.connected && socket.io.engine.transport.name, refusals]');
    let last;
    await until(`${this.name} is connected over ${transport}`,
      async () => { last = await state(); return last[0] === transport; }, () => last);
    this.id = await this.#page.evaluate('socket.id');
  }

  emit(event, payload) {
    return this.#call('send', event, payload);
  }

  /** What has arrived, in order: [event, ...arguments]. */
  heard() {
    return this.#page.evaluate('heard');
  }

  /** What the client's connect_error events have said. */
  refusals() {
    return this.#page.evaluate('refusals');
  }

  connected() {
    return this.#page.evaluate('socket.connected');
  }

  leave() {
    return this.#page.evaluate('window.socket?.close(), undefined');
  }

  /** Reads a file by a request that is subject to CORS; its size, or -1 when the browser withholds it. */
  sizeOf(url) {
    return this.#page.evaluate(
      `fetch(${JSON.stringify(url)}).then((answer) => answer.text()).then((text) => text.length, () => -1)`);
  }
}
