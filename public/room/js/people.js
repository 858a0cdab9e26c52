// Shows the people of a call: a tile for each, and one more for a screen that they share.
import { addTile, removeTile } from './grid.js';
import { hideNotice, showNotice } from './notices.js';
import { watchQuality } from './quality.js';
import { watchSpeaking } from './speaking.js';
import { Tile } from './tile.js';

const shown = new Map(); // Participant -> { tile, screen, ends: what ends the watching of its link }

/** Shows somebody who has come. */
export function showPerson(person) {
  const tile = new Tile({ seed: person.key });
  shown.set(person, { tile, ends: [] });
  addTile(tile.element);
  updatePerson(person);
}

/** Plays the tracks of a person's new link. */
export function linkPerson(person) {
  const view = shown.get(person);
  endWatching(view);
  const { mic, camera, screen } = person.tracks;
  view.tile.setTracks(mic, camera);
  view.screen?.setTracks(screen);
  play(view.tile);
  view.ends = [
    watchSpeaking(mic, { speaking: (speaking) => view.tile.showSpeaking(speaking && person.media.mic) }),
    watchQuality(person.link, (quality) => view.tile.showQuality(quality)),
  ];
}

/** Shows a person's name, what they have turned on and how their link is. */
export function updatePerson(person) {
  const { tile } = shown.get(person);
  const connected = person.state === 'connected';
  tile.setName(person.name);
  tile.showVideo(person.media.camera && connected);
  tile.showMuted(!person.media.mic && connected);
  if (!person.media.mic) tile.showSpeaking(false);
  tile.showStatus(statusOf(person.state));
  if (!connected) tile.showQuality(undefined);
  updateScreen(person);
}

function statusOf(state) {
  if (state === 'connected') return undefined;
  return state === 'closed' ? 'tile.interrupted' : `tile.${state}`;
}

function updateScreen(person) {
  const view = shown.get(person);
  if (!person.media.screen) {
    if (view.screen) removeTile(view.screen);
    view.screen = undefined;
  } else if (!view.screen) {
    view.screen = new Tile({ screen: true });
    view.screen.setTracks(person.tracks?.screen);
    view.screen.showVideo(true);
    addTile(view.screen.element, 'stage');
    play(view.screen);
  }
  view.screen?.setName(person.name, 'tile.screen');
}

/** Takes away the tiles of somebody who has gone. */
export function removePerson(person) {
  const { tile, screen, ends } = shown.get(person);
  ends.forEach((end) => end());
  shown.delete(person);
  removeTile(tile);
  if (screen) removeTile(screen);
}

export function removeEverybody() {
  for (const person of [...shown.keys()]) removePerson(person);
}

/** Lets every tile play through the loudspeaker chosen last. */
export function useSpeaker() {
  for (const { tile } of shown.values()) tile.useSpeaker();
}

function endWatching(view) {
  view.ends.forEach((end) => end());
  view.tile.showSpeaking(false);
}

function play(tile) {
  tile.play().catch(() => {
    showNotice('sound', {
      key: 'notice.sound',
      action: {
        key: 'notice.soundOn',
        run() {
          hideNotice('sound');
          for (const view of shown.values()) play(view.tile);
        },
      },
    });
  });
}
