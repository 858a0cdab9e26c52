// Settings: devices, saving data, language and appearance. Devices are in the lobby as well,
// language and appearance above it; in a call they are all in a dialog.
import { showDevicesIn } from './devices.js';
import { byId } from './dom.js';
import { language, setLanguage } from './i18n.js';
import { load, save } from './store.js';
import { setTheme, theme } from './theme.js';

const dialog = byId('settings');
const choices = byId('choices');
const saveDataBox = byId('save-data');

/** Whether the user wants small pictures: as chosen here, or as the link says (?save-data). */
export function savesData() {
  return saveDataBox.checked;
}

/** @param {object} on what to call: language(), saveData() when one was changed */
export function startSettings(on) {
  byId('language').value = language();
  byId('theme').value = theme();
  saveDataBox.checked = load('save-data') === 'true' || new URLSearchParams(window.location.search).has('save-data');
  byId('language').addEventListener('change', ({ target }) => {
    setLanguage(target.value);
    on.language();
  });
  byId('theme').addEventListener('change', ({ target }) => setTheme(target.value));
  saveDataBox.addEventListener('change', () => {
    save('save-data', String(saveDataBox.checked));
    on.saveData();
  });
  byId('settings-open').addEventListener('click', open);
  byId('settings-close').addEventListener('click', () => dialog.close());
}

function open() {
  showDevicesIn('settings');
  byId('choices-in-settings').append(choices);
  dialog.showModal();
}

/** Puts everything back to where it is in the lobby. */
export function settingsInLobby() {
  dialog.close();
  showDevicesIn('lobby');
  byId('lobby-header').append(choices);
}
