// Somebody else's web site: another origin than the server's, with an empty page for each version of
// the official client, which the page gets from the site itself.
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { inPackage } from '../../lib/packages.mjs';

const bundle = (name) => inPackage(`${name}/dist/socket.io.js`);

const bundles = {
  '1.7.4': bundle('client-1.7.4'),
  '2.5.0': bundle('client-2.5.0'),
  '3.1.3': bundle('client-3.1.3'),
  '4.8.4': bundle('client-4.8.4'),
};

/** The versions that a site has a page for, at /VERSION. */
export const versions = Object.keys(bundles);

/** Starts a site on a port the kernel picks; returns { origin, close }. */
export async function startSite() {
  const files = new Map([['/favicon.ico', { type: 'image/x-icon', text: '' }]]);
  for (const [version, file] of Object.entries(bundles)) {
    files.set(`/${version}.js`, { type: 'text/javascript', text: readFileSync(file) });
    files.set(`/${version}`, { type: 'text/html', text: `<!DOCTYPE html><title>${version}</title>
      <script src="/${version}.js"></script>` });
  }
  const site = createServer((request, response) => {
    const { type, text } = files.get(request.url) ?? {};
    response.writeHead(type ? 200 : 404, { 'Content-Type': `${type ?? 'text/plain'}; charset=utf-8` }).end(text);
  });
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  return {
    origin: `http://127.0.0.1:${site.address().port}`,
    close() {
      site.close();
      site.closeAllConnections();
    },
  };
}
