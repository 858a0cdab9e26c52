// Says what has happened and what to do: notices stay until they are dealt with, toasts pass.
import { byId, iconButton, make } from './dom.js';
import { setLabel, setText } from './i18n.js';

const toastTime = 4_000; // ms; everything said in a toast can be seen elsewhere too

const region = byId('notices');
const toasts = byId('toasts');
const shown = new Map(); // id -> element

/**
 * Shows a notice in place of an earlier one of this id.
 * @param {string} id names the matter
 * @param {object} what key and values of the text; error: whether it interrupts a screen reader;
 *   action: { key, run } for a button
 */
export function showNotice(id, { key, values, error = false, action }) {
  hideNotice(id);
  const text = make('p');
  const notice = make('div', error ? 'notice error' : 'notice', text);
  notice.setAttribute('role', error ? 'alert' : 'status');
  if (action) {
    const button = make('button', 'link');
    button.type = 'button';
    setText(button, action.key);
    button.addEventListener('click', action.run);
    notice.append(button);
  }
  const close = iconButton('plain', 'close');
  setLabel(close, 'close');
  close.addEventListener('click', () => hideNotice(id));
  notice.append(close);
  region.append(notice);
  shown.set(id, notice);
  setText(text, key, values); // after it is in place, so that it is read out
}

export function hideNotice(id) {
  shown.get(id)?.remove();
  shown.delete(id);
}

export function hideNotices() {
  for (const id of [...shown.keys()]) hideNotice(id);
}

/** Says something that needs no answer. */
export function toast(key, values) {
  const element = make('p', 'toast');
  setText(element, key, values);
  toasts.append(element);
  setTimeout(() => element.remove(), toastTime);
}
