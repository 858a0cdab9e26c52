// Finds and starts the two browsers, each with a fresh profile and without a screen. Left to
// themselves they keep loopback out of WebRTC, so the machine needs another network interface.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium as playwright } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { patience } from '../lib/patience.mjs';

const viewport = { width: 820, height: 480 }; // holds the whole page

/** What a test needs to know of a browser: its name, how to start it, where it is. */
export const chromium = {
  name: 'Chromium',
  launch: launchChromium,
  executable: () => find('CHROMIUM', ['chromium', 'chromium-browser', 'google-chrome']),
  missing: 'no Chromium found: install it (Debian: apt-get install chromium) or set CHROMIUM to its path',
};

export const firefox = {
  name: 'Firefox',
  launch: launchFirefox,
  executable: () => find('FIREFOX', ['firefox-esr', 'firefox']),
  missing: 'no Firefox found: install it (Debian: apt-get install firefox-esr) or set FIREFOX to its path',
};

/** One line for each browser that is not installed. */
export function missingBrowsers() {
  return [chromium, firefox].filter(({ executable }) => !executable()).map(({ missing }) => missing);
}

/** The path an environment variable gives, or else the first of the names found in PATH. */
function find(variable, names) {
  const directories = (process.env.PATH ?? '').split(delimiter);
  const candidates = process.env[variable]
    ? [process.env[variable]]
    : names.flatMap((name) => directories.map((directory) => join(directory, name)));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function executable(browser) {
  const path = browser.executable();
  if (!path) throw new Error(browser.missing);
  return path;
}

/** Starts Chromium; with a redirect, every request goes through it. Further arguments are its own. */
async function launchChromium(redirect, furtherArguments = []) {
  const browser = await playwright.launch({
    executablePath: executable(chromium),
    timeout: patience,
    proxy: redirect && { server: `socks5://127.0.0.1:${redirect.port}`, bypass: '<-loopback>' },
    args: [
      '--disable-quic', '--disable-sync', '--disable-component-update', '--disable-background-networking',
      // Candidates with plain addresses: .local names need multicast, which containers often lack.
      // Loopback among them: behind a proxy on loopback Firefox has no other candidate.
      '--disable-features=WebRtcHideLocalIpsWithMdns', '--allow-loopback-in-peer-connection',
      ...furtherArguments,
    ],
  });
  const context = await browser.newContext({ viewport });
  return {
    name: chromium.name,
    /** With options, such as { colorScheme }, in a profile of its own. */
    async newPage(initScript, options) {
      const profile = options ? await browser.newContext({ viewport, ...options }) : context;
      const page = await profile.newPage();
      page.setDefaultTimeout(patience);
      await page.addInitScript(initScript);
      return page;
    },
    closeWindows: () => closeAll(browser.contexts().flatMap((profile) => profile.pages())),
    close: () => browser.close(),
  };
}

/** Starts Firefox; with a redirect, every request goes through it. Further preferences are its own. */
async function launchFirefox(redirect, furtherPreferences = {}) {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    protocol: 'webDriverBiDi',
    executablePath: executable(firefox),
    timeout: patience,
    extraPrefsFirefox: {
      // As for Chromium: plain addresses, loopback among them.
      'media.peerconnection.ice.obfuscate_host_addresses': false,
      'media.peerconnection.ice.loopback': true,
      ...(redirect && {
        'network.proxy.type': 1, // as set here
        'network.proxy.socks': '127.0.0.1',
        'network.proxy.socks_port': redirect.port,
        'network.proxy.socks_version': 5,
        'network.proxy.no_proxies_on': '',
        'network.proxy.allow_hijacking_localhost': true,
      }),
      ...furtherPreferences,
    },
  });
  const windows = []; // without the one it starts with, which has to stay
  return {
    name: firefox.name,
    async newPage(initScript, options) {
      const page = await browser.newPage({ type: 'window' });
      windows.push(page);
      page.setDefaultTimeout(patience);
      await page.setViewport(options?.viewport ?? viewport);
      await page.evaluateOnNewDocument(initScript);
      return page;
    },
    closeWindows: () => closeAll(windows.splice(0).filter((page) => !page.isClosed())),
    close: () => browser.close(),
  };
}

function closeAll(pages) {
  return Promise.all(pages.map((page) => page.close()));
}
