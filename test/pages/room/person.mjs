// Somebody with the page open in a window of their own, and what such a person does and sees.
import { eventually } from './eventually.mjs';

export class Person {
  /** Console errors and uncaught exceptions. */
  errors = [];
  #browser;
  #page; // Playwright's or Puppeteer's; what is used of it here is the same in both

  constructor(name, browser) {
    this.name = name;
    this.#browser = browser;
  }

  /** Opens the page in a new window; resolves in the lobby. */
  async open(url, inits, window) {
    const page = await this.#browser.newPage(watchConnections, window);
    this.#page = page;
    page.on('pageerror', (error) => this.errors.push(error.stack));
    page.on('console', (message) => {
      if (['error', 'warn', 'warning'].includes(message.type())) this.errors.push(message.text());
    });
    for (const init of inits) await (page.addInitScript ?? page.evaluateOnNewDocument).call(page, init);
    await page.goto(url);
    await this.sees('the lobby', "document.body.dataset.view === 'lobby' && document.getElementById('room').value !== ''");
  }

  /** Runs a script in the window. */
  evaluate(script, argument) {
    return this.#page.evaluate(script, argument);
  }

  /** Presses the button with this id. */
  async press(id) {
    await this.#page.bringToFront(); // a window behind another one is slow to react
    await this.#page.click(`#${id}`);
  }

  /** Presses it without the pointer, which is quicker. */
  tap(id) {
    return this.evaluate(`document.getElementById('${id}').click()`);
  }

  /** Writes a text in place of what stood in the field with this id. */
  fill(id, text) {
    return this.evaluate(([field, value]) => {
      document.getElementById(field).value = value;
    }, [id, text]);
  }

  /** Enters the room; resolves in the call. The camera is there, unless it is said not to be. */
  async join({ camera = true } = {}) {
    if (camera) await this.sees('the camera runs', "document.querySelector('#preview-slot .with-video') !== null");
    await this.knock();
    await this.sees('the call', "document.body.dataset.view === 'call'");
  }

  /** Presses Join. */
  async knock(button = 'join') {
    await this.fill('name', this.name);
    await this.press(button);
  }

  /** Waits until a script gives true in the window. */
  sees(what, script) {
    return eventually(
      `${this.name} sees ${what}`,
      async () => await this.evaluate(script) === true,
      async () => ({ shown: await this.evaluate('document.body.innerText'), errors: this.errors }),
    );
  }

  /** Waits until a text is to be seen. */
  reads(text) {
    return this.sees(`"${text}"`, `document.body.innerText.includes(${JSON.stringify(text)})`);
  }

  /** The names on the tiles, without one's own. */
  others() {
    return this.evaluate(() => [...document.querySelectorAll('#people .tile:not(.mirrored) .name')]
      .map((name) => name.textContent).sort());
  }

  /** Sends a text to everybody. */
  async say(text) {
    await this.fill('chat-text', text);
    await this.evaluate("document.getElementById('chat-form').requestSubmit()");
  }

  /** What others have said: "name: text", in order. */
  heard() {
    return this.evaluate(() => [...document.querySelectorAll('#chat-log .said:not(.mine)')].map((said) => {
      const [who] = said.querySelector('.who').textContent.split(' · ');
      return `${who}: ${said.querySelector('.text').textContent}`;
    }));
  }

  /** How many pictures were decoded on each living connection, by the number of the connection. */
  frames() {
    return this.evaluate(async () => {
      const frames = {};
      for (const [i, connection] of window.connections.entries()) {
        if (connection.connectionState !== 'connected') continue;
        frames[i] = 0;
        for (const report of (await connection.getStats()).values()) {
          if (report.type === 'inbound-rtp' && report.kind === 'video') frames[i] += report.framesDecoded ?? 0;
        }
      }
      return frames;
    });
  }

  /** How many connections the page has made so far. */
  connections() {
    return this.evaluate('window.connections.length');
  }

  /** Loses the connection to the server; resolves when the page has made another one. */
  async loseServer() {
    const before = await this.evaluate('window.sockets.length');
    await this.evaluate('window.sockets.at(-1).close()');
    await this.sees('the server again', `window.sockets.length > ${before} && window.sockets.at(-1).readyState === 1`);
  }

  screenshot() {
    return this.#page.screenshot();
  }

  /** The page is torn away without a chance to say anything, as when its process crashes. */
  async crash() {
    this.#page.goto('chrome://crash').catch(() => {}); // never gets there
    await new Promise((crashed) => this.#page.once('crash', crashed));
  }

  close() {
    return this.#page.close();
  }
}

/**
 * Runs in the window before the page's scripts: keeps its connections, and counts colliding offers.
 * Of the ways that are offered only those over UDP and IPv4 are tried: on one machine all work, and
 * trying each of them on 15 connections is what costs most.
 */
function watchConnections() {
  window.sockets = [];
  const NativeSocket = WebSocket;
  window.WebSocket = class extends NativeSocket {
    constructor(...args) {
      super(...args);
      window.sockets.push(this);
    }
  };
  const Native = RTCPeerConnection;
  window.connections = [];
  window.collisions = 0;
  window.RTCPeerConnection = class extends Native {
    constructor(...args) {
      super(...args);
      window.connections.push(this);
    }

    addIceCandidate(candidate) {
      const tried = !candidate?.candidate || / udp \d+ \d+\.\d+\.\d+\.\d+ /i.test(candidate.candidate);
      return tried ? super.addIceCandidate(candidate) : Promise.resolve();
    }

    setRemoteDescription(description) {
      if (description.type === 'offer' && this.signalingState === 'have-local-offer') window.collisions++;
      return super.setRemoteDescription(description);
    }
  };
}
