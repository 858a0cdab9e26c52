// The tile that shows this side: in the lobby as a preview, in the call among the others.
import { byId } from './dom.js';
import { watchSpeaking } from './speaking.js';
import { Tile } from './tile.js';

const tile = new Tile({ self: true, seed: 'self' });
let endWatching = () => {};
let microphone;

/** The element of the tile, to be put into the grid. */
export const selfElement = tile.element;

/** Puts the tile back into the lobby. */
export function showSelfInLobby() {
  nameSelf('');
  tile.element.removeAttribute('role'); // no item of a list there
  byId('preview-slot').append(tile.element);
}

/** Shows a name for this side; none in the lobby. */
export function nameSelf(name) {
  tile.setName(name, name ? 'tile.you' : 'tile.preview');
}

/** Shows what LocalMedia has turned on. */
export function updateSelf({ tracks, on }) {
  tile.setTracks(tracks.camera);
  tile.showVideo(on.camera);
  tile.showMuted(!on.mic);
  tile.play().catch((error) => console.debug('preview:', error));
  if (!on.mic) tile.showSpeaking(false);
  if (tracks.mic === microphone) return;
  microphone = tracks.mic;
  endWatching();
  endWatching = watchSpeaking(microphone, {
    speaking: (speaking) => tile.showSpeaking(speaking && Boolean(microphone?.enabled)),
  });
}

/** The buttons with these ids turn microphone and camera on and off. */
export function showPressed(prefix, on) {
  for (const place of ['mic', 'camera', 'screen']) {
    byId(prefix + place)?.setAttribute('aria-pressed', String(on[place]));
  }
}

/** Says in the tile that the devices are being asked for. */
export function showAsking(asking) {
  tile.showStatus(asking ? 'preview.asking' : undefined);
}
