// Puts two windows side by side into one picture, for the README.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const file = new URL('artifacts/two-windows.png', import.meta.url);

/** Writes artifacts/two-windows.png, composed by a page of a running Chromium; returns its size in bytes. */
export async function savePicture(browser, windows) {
  const figures = await Promise.all(windows.map(figure));
  const page = await browser.newPage(() => {});
  await page.setViewportSize({ width: 1200, height: 100 }); // the page is higher; all of it is shown
  await page.setContent(`<!DOCTYPE html><style>
    body { margin: 0; padding: 12px; display: flex; gap: 12px; background: #e8eaed; font: 14px sans-serif }
    figure { margin: 0; flex: 1; background: white; border: 1px solid #9aa0a6; border-radius: 6px; overflow: hidden }
    figcaption { padding: 6px 10px; background: #dadce0; font-weight: bold }
    img { display: block; width: 100% }
    pre { margin: 0; padding: 8px 10px; background: #202124; color: #e8eaed; white-space: pre-wrap }
    </style>${figures.join('')}`);
  const picture = await page.screenshot({ fullPage: true });
  await mkdir(fileURLToPath(new URL('.', file)), { recursive: true });
  await writeFile(file, picture);
  return picture.length;
}

/** A window with its name above and, below, the last message its console shows. */
async function figure(window) {
  const image = Buffer.from(await window.screenshot()).toString('base64');
  const heard = (await window.heard()).at(-1);
  return `<figure><figcaption>${window.name}</figcaption><img src="data:image/png;base64,${image}">
    <pre>event msg ${heard}</pre></figure>`;
}
