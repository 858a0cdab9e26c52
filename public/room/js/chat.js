// The chat panel.
import { byId, make } from './dom.js';
import { language, setLabel, setText } from './i18n.js';

const panel = byId('chat');
const log = byId('chat-log');
const form = byId('chat-form');
const field = byId('chat-text');
const opener = byId('chat-open');
const badge = byId('chat-unread');

let unread = 0;
let send; // (text) => those whom it did not reach

/** Connects the panel with a call: send(text) returns the people whom it did not reach. */
export function startChat(sendText) {
  send = sendText;
  for (const said of log.querySelectorAll('.said')) said.remove();
  byId('chat-empty').hidden = false;
  field.value = '';
  close();
}

/** Shows what somebody else has said. */
export function showSaid(name, text) {
  add('said', name, text);
  if (!panel.hidden) return;
  setUnread(unread + 1);
}

function add(className, name, text) {
  byId('chat-empty').hidden = true;
  const time = new Date().toLocaleTimeString(language(), { hour: '2-digit', minute: '2-digit' });
  const entry = make('div', className, make('p', 'who', `${name} · ${time}`), make('p', 'text', text));
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  log.append(entry);
  if (atEnd || className.includes('mine')) log.scrollTop = log.scrollHeight;
  return entry;
}

function say() {
  const text = field.value.trim();
  if (!text) return;
  const missed = send(text);
  field.value = '';
  const who = make('span');
  const entry = add('said mine', '', text);
  const line = entry.querySelector('.who');
  const time = line.textContent;
  setText(who, 'chat.you');
  line.replaceChildren(who, time);
  if (!missed.length) return;
  const hint = make('p', 'hint');
  setText(hint, 'chat.missed', { names: missed.map(({ name }) => name).join(', ') });
  entry.append(hint);
  log.scrollTop = log.scrollHeight;
}

function open() {
  panel.hidden = false;
  opener.setAttribute('aria-expanded', 'true');
  setUnread(0);
  log.scrollTop = log.scrollHeight;
  field.focus();
}

function close() {
  panel.hidden = true;
  opener.setAttribute('aria-expanded', 'false');
  setUnread(0);
}

function setUnread(count) {
  unread = count;
  badge.hidden = !count;
  badge.textContent = count > 9 ? '9+' : count;
  if (count) setLabel(opener, 'chat.unread', { count });
  else setLabel(opener, 'chat');
}

opener.addEventListener('click', () => (panel.hidden ? open() : close()));
byId('chat-close').addEventListener('click', () => {
  close();
  opener.focus();
});
panel.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  close();
  opener.focus();
});
form.addEventListener('submit', (event) => {
  event.preventDefault();
  say();
});
field.addEventListener('keydown', (event) => {
  // While a text is being composed, as in Chinese, Enter ends the composing.
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  say();
});
