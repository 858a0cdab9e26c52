// The choice of camera, microphone and loudspeaker.
import { byId } from './dom.js';
import { t } from './i18n.js';
import { devicesAllowed } from './local.js';
import { load, save } from './store.js';

const choices = {
  camera: { field: byId('camera-choice'), kind: 'videoinput' },
  mic: { field: byId('mic-choice'), kind: 'audioinput' },
  speaker: { field: byId('speaker-choice'), kind: 'audiooutput' },
};
const canChooseSpeaker = 'setSinkId' in HTMLMediaElement.prototype;

/**
 * Lets the user choose.
 * @param {object} on what to call: chosen(place, deviceId) for "camera" and "mic", speaker()
 */
export function startDevices(on) {
  byId('speaker-field').hidden = !canChooseSpeaker;
  choices.camera.field.addEventListener('change', ({ target }) => on.chosen('camera', target.value));
  choices.mic.field.addEventListener('change', ({ target }) => on.chosen('mic', target.value));
  choices.speaker.field.addEventListener('change', ({ target }) => {
    save('speaker', target.value);
    on.speaker();
  });
  navigator.mediaDevices?.addEventListener('devicechange', () => listDevices());
}

/** Lists the devices; their names are known only after the user has allowed the use of one. */
export async function listDevices() {
  const devices = devicesAllowed() ? await navigator.mediaDevices.enumerateDevices() : [];
  for (const [place, { field, kind }] of Object.entries(choices)) {
    const found = devices.filter((device) => device.kind === kind && device.deviceId);
    const options = found.map(({ label, deviceId }, i) => new Option(label || t('device', { number: i + 1 }), deviceId));
    if (!options.length) options.push(new Option(t('device.default'), ''));
    field.replaceChildren(...options);
    field.disabled = options.length < 2;
    const chosen = load(place);
    if (found.some(({ deviceId }) => deviceId === chosen)) field.value = chosen;
  }
}

/** Moves the choice to where it is needed: "lobby" or "settings". */
export function showDevicesIn(place) {
  const details = byId('devices');
  byId(`devices-in-${place}`).append(details);
  details.open = place === 'settings';
}
