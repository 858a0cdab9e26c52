// The page names http://localhost:8181 itself. So that the server under test can listen on a port
// the kernel picks, the browsers ask a SOCKS5 proxy (RFC 1928), and this one connects what is meant
// for port 8181 to the server. Anything else is refused: no browser under test reaches the network.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const pagePort = 8181;

const noAuthentication = Buffer.from([5, 0]);
const succeeded = Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
const notAllowed = Buffer.from([5, 2, 0, 1, 0, 0, 0, 0, 0, 0]);

/** Starts a proxy that takes port 8181 to the given one; returns { port, close }. */
export async function startRedirect(serverPort) {
  const connections = new Set();
  const proxy = createServer((browser) => {
    connections.add(browser);
    browser.on('close', () => connections.delete(browser));
    serve(browser, serverPort);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port: proxy.address().port,
    close() {
      proxy.close();
      for (const browser of connections) browser.destroy();
    },
  };
}

function serve(browser, serverPort) {
  browser.on('error', () => browser.destroy());
  // Each side waits for the other's answer, so each of the two requests is one chunk.
  browser.once('data', () => {
    browser.write(noAuthentication);
    browser.once('data', (request) => {
      const wanted = request.readUInt16BE(request.length - 2); // the port ends the request
      if (wanted !== pagePort) {
        browser.end(notAllowed);
        return;
      }
      const server = connect(serverPort, '127.0.0.1', () => {
        browser.write(succeeded);
        browser.pipe(server).pipe(browser);
      });
      server.on('error', () => browser.destroy());
      server.on('close', () => browser.destroy());
      browser.on('close', () => server.destroy());
    });
  });
}
