// One window with the unmodified page in it, and what a person does there.
import { until } from '../../lib/until.mjs';

/** Opens the page in a new window of a browser; resolves once its client has connected. */
export async function openWindow(browser, url) {
  const window = new Window(browser.name, await browser.newPage(recordMessages));
  await window.open(url);
  return window;
}

/** Presses 开始 in the first window; resolves once the data channels of both are open. */
export async function startCall(caller, callee) {
  await caller.press('start');
  for (const window of [caller, callee]) {
    let state;
    await until(
      `the data channel of ${window.name} is open`,
      async () => { state = await window.callState(); return state.channel === 'open'; },
      () => ({ ...state, errors: window.errors }),
    );
  }
}

/**
 * Runs in the window before the page's scripts. The page prints each message that comes over the
 * data channel as console.log('event msg', msg); this keeps the text of it.
 */
function recordMessages() {
  const { log } = console;
  window.heard = [];
  console.log = (...args) => {
    if (args[0] === 'event msg') window.heard.push(args[1].data);
    log.apply(console, args);
  };
}

class Window {
  /** Console errors and uncaught exceptions; the page has no favicon, and that is no error. */
  errors = [];
  #page; // Playwright's or Puppeteer's; what is used of it here is the same in both

  constructor(name, page) {
    this.name = name;
    this.#page = page;
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => {
      const favicon = message.location().url?.endsWith('/favicon.ico');
      if (message.type() === 'error' && !favicon) this.errors.push(message.text());
    });
  }

  async open(url) {
    await this.#page.goto(url);
    await until(`the page in ${this.name} has connected`, () => this.#page.evaluate('socket.connected'),
      () => this.errors);
  }

  /** Presses the button with this id. */
  async press(id) {
    await this.#page.bringToFront(); // a window behind another one is slow to react
    await this.#page.click(`#${id}`);
  }

  /** Types a text in place of what stood there, and presses 发送. */
  async send(text) {
    await this.#page.bringToFront();
    await this.#page.evaluate("document.getElementById('textarea').value = ''");
    await this.#page.focus('#textarea');
    await this.#page.keyboard.type(text);
    await this.press('send');
  }

  /** The texts that have come over the data channel, in order. */
  heard() {
    return this.#page.evaluate('window.heard');
  }

  /** Where the call stands, as the browser's own objects tell it. */
  callState() {
    return this.#page.evaluate(`({
      channel: localChannel.readyState,
      signaling: localPeerConnection.signalingState,
      ice: localPeerConnection.iceConnectionState,
    })`);
  }

  /** The transport the page's client uses at this moment. */
  transport() {
    return this.#page.evaluate('socket.io.engine.transport.name');
  }

  /** A PNG of what the window shows. */
  screenshot() {
    return this.#page.screenshot();
  }
}
