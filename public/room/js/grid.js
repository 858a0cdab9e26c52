// Lays the tiles out so that as much as possible of everybody's picture is visible. When a screen is
// shared it takes the stage, and the style sheet puts the people in a strip.
import { byId } from './dom.js';

const gap = 10; // px, as in call.css
const widest = 16 / 9; // of a tile; what the cameras are asked for, too
const narrowest = 4 / 3;
const leastVisible = 0.7; // of a picture: if a tile would show less, it shows all, with bars beside it

const grid = byId('grid');
const areas = { people: byId('people'), stage: byId('stage') };

new ResizeObserver(layOut).observe(grid);
grid.addEventListener('resize', layOut, true); // of a video: the size of its picture has changed

/** Puts an element among the people, or on the stage. */
export function addTile(element, area = 'people') {
  element.setAttribute('role', 'listitem');
  // The invitation, if there is one, stays last.
  areas[area].insertBefore(element, areas[area].querySelector(':scope > .invitation'));
  layOut();
}

export function removeTile(tile) {
  tile.remove();
  layOut();
}

/** Fits the tiles into the space that there is now. */
export function layOut() {
  const staged = areas.stage.childElementCount > 0;
  areas.stage.hidden = !staged;
  grid.classList.toggle('staged', staged);
  if (staged) fit(areas.stage, widest);
  else fit(areas.people, narrowest);
  for (const tile of areas.people.children) chooseCropping(tile);
}

/** Chooses the number of columns that shows most of a camera's picture. */
function fit(area, least) {
  const count = area.childElementCount;
  const { clientWidth: width, clientHeight: height } = area;
  let best = { shown: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const tile = tileIn(width, height, columns, Math.ceil(count / columns), least);
    if (tile.shown > best.shown) best = tile;
  }
  if (!best.shown) return;
  area.style.setProperty('--tile-width', `${Math.floor(best.width)}px`);
  area.style.setProperty('--tile-height', `${Math.floor(best.height)}px`);
}

/**
 * The largest tile, not narrower or wider than allowed, of which columns × rows fit; shown is the
 * area of the part of a camera's picture that it shows, measured as large as the tile scales it.
 */
function tileIn(width, height, columns, rows, least) {
  const room = { width: (width - gap * (columns - 1)) / columns, height: (height - gap * (rows - 1)) / rows };
  const ratio = Math.min(Math.max(room.width / room.height, least), widest);
  const tile = room.width / room.height > ratio
    ? { width: room.height * ratio, height: room.height }
    : { width: room.width, height: room.width / ratio };
  return { ...tile, shown: tile.width * tile.height * visible(widest, ratio) };
}

/** The share of a picture that is visible where it fills a frame; both are width / height. */
function visible(picture, frame) {
  return Math.min(picture / frame, frame / picture);
}

/** Has a tile show the whole picture if filling the tile would cut too much of it. */
function chooseCropping(tile) {
  const video = tile.querySelector('video');
  if (!video?.videoHeight) return;
  const frame = tile.clientWidth / tile.clientHeight;
  tile.classList.toggle('whole', visible(video.videoWidth / video.videoHeight, frame) < leastVisible);
}
