// How much of each picture is visible, for 1 to 12 people in windows of several sizes. The tiles are
// the page's own; drawn pictures take the place of connections, of which twelve are more than two
// processors carry.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrive, clearHouse, house } from './house.mjs';

const mostPeople = 12;
const leastVisible = 0.7; // of a picture

const windows = {
  'a desktop': { width: 1920, height: 1080 },
  'a laptop': { width: 1280, height: 760 },
  'half a screen': { width: 960, height: 1040 },
  'a phone': { width: 390, height: 780 },
  'a phone on its side': { width: 844, height: 390 },
};

test('pictures are visible', async (t) => {
  t.after(clearHouse);
  for (const [name, viewport] of Object.entries(windows)) {
    await t.test(`in the window of ${name}`, async () => {
      const person = await arrive('Ana', { room: 'layout', viewport });
      await person.evaluate(prepareTiles);
      for (let count = 1; count <= mostPeople; count++) {
        const tiles = await person.evaluate(showTiles, count);
        assert.equal(tiles.length, count);
        checkTiles(tiles, viewport, `${count} people`);
        if (count === 3 && name === 'a laptop') assert.deepEqual(rows(tiles), [2, 1]);
        if (count === 9 && name === 'a desktop') assert.deepEqual(rows(tiles), [3, 3, 3]);
      }
    });
  }
  await t.test('a picture that is upright shows whole', async () => {
    const person = await arrive('Ben', { browser: house.firefox, room: 'layout', viewport: windows['a laptop'] });
    await person.evaluate(prepareTiles, { width: 180, height: 320 });
    for (const tile of await person.evaluate(showTiles, 2)) assert.equal(tile.visible, 1);
  });
});

function checkTiles(tiles, { width, height }, when) {
  for (const [i, tile] of tiles.entries()) {
    assert.ok(tile.visible >= leastVisible, `${when}: ${tile.visible} of picture ${i} is visible`);
    assert.ok(tile.left >= 0 && tile.right <= width && tile.top >= 0 && tile.bottom <= height, `${when}: tile ${i} is out of sight`);
    assert.ok(tile.bottom <= tile.toolbar, `${when}: tile ${i} is behind the toolbar`);
    for (const other of tiles.slice(i + 1)) {
      const apart = tile.right <= other.left || other.right <= tile.left || tile.bottom <= other.top || other.bottom <= tile.top;
      assert.ok(apart, `${when}: two tiles overlap`);
    }
  }
}

/** How many tiles are in each row, from the top. */
function rows(tiles) {
  const counts = new Map();
  for (const { top } of tiles) counts.set(top, (counts.get(top) ?? 0) + 1);
  return [...counts.values()];
}

/** Runs in the window: shows the view of a call, without one. */
async function prepareTiles(picture = { width: 320, height: 180 }) {
  const { showView } = await import('/room/js/callview.js');
  window.drawnPicture = picture;
  showView('call');
}

/** Runs in the window: adds people until there are so many, and returns where each tile is. */
async function showTiles(count) {
  const { addTile } = await import('/room/js/grid.js');
  const { Tile } = await import('/room/js/tile.js');
  const people = document.getElementById('people');
  while (people.childElementCount < count) {
    const canvas = Object.assign(document.createElement('canvas'), window.drawnPicture);
    const context = canvas.getContext('2d');
    const hue = people.childElementCount * 30;
    const draw = () => {
      context.fillStyle = `hsl(${hue} 60% ${40 + Math.random()}%)`;
      context.fillRect(0, 0, canvas.width, canvas.height);
    };
    setInterval(draw, 200);
    draw();
    const tile = new Tile({ seed: String(hue) });
    tile.setName(`Person ${people.childElementCount + 1}`);
    tile.setTracks(...canvas.captureStream(5).getVideoTracks());
    tile.showVideo(true);
    addTile(tile.element);
    await tile.play();
  }
  const painted = () => [...people.children].every((tile) => tile.matches('.painted') && tile.querySelector('video').videoHeight > 0);
  while (!painted()) await new Promise((ready) => setTimeout(ready, 20));
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const toolbar = document.querySelector('.toolbar').getBoundingClientRect().top;
  return [...people.children].map((tile) => {
    const { left, right, top, bottom, width, height } = tile.getBoundingClientRect();
    const video = tile.querySelector('video');
    const shape = (video.videoWidth / video.videoHeight) / (width / height);
    const visible = getComputedStyle(video).objectFit === 'contain' ? 1 : Math.min(shape, 1 / shape);
    return { left, right, top, bottom, toolbar, visible };
  });
}
