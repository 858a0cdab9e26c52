// Lays the tiles out: as large as they can be with all of them in sight. When a screen is shared it
// takes the stage, and the style sheet puts the people in a strip.
import { byId } from './dom.js';

const gap = 10; // px, as in call.css
const widest = 16 / 9;
const narrowest = 3 / 4; // of a tile; a face still fits

const grid = byId('grid');
const areas = { people: byId('people'), stage: byId('stage') };

new ResizeObserver(layOut).observe(grid);

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
}

function fit(area, least) {
  const count = area.childElementCount;
  const { clientWidth: width, clientHeight: height } = area;
  let best = { surface: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const tile = tileIn(width, height, columns, Math.ceil(count / columns), least);
    if (tile.surface > best.surface) best = tile;
  }
  if (!best.surface) return;
  area.style.setProperty('--tile-width', `${Math.floor(best.width)}px`);
  area.style.setProperty('--tile-height', `${Math.floor(best.height)}px`);
}

/** The largest tile, not narrower or wider than allowed, of which columns × rows fit. */
function tileIn(width, height, columns, rows, least) {
  const room = { width: (width - gap * (columns - 1)) / columns, height: (height - gap * (rows - 1)) / rows };
  const ratio = Math.min(Math.max(room.width / room.height, least), widest);
  const tile = room.width / room.height > ratio
    ? { width: room.height * ratio, height: room.height }
    : { width: room.width, height: room.width / ratio };
  return { ...tile, surface: tile.width * tile.height };
}
