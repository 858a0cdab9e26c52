// The lobby: who you are, which room, and what the others will see of you.
import { newRoom, roomInAddress } from './address.js';
import { byId } from './dom.js';
import { setText } from './i18n.js';
import { load, save } from './store.js';

const form = byId('entrance');
const name = byId('name');
const room = byId('room');
const join = byId('join');
const joinWithout = byId('join-without');

/** What the form says, or undefined after showing what is missing. */
function filledIn() {
  const lacking = [[name, 'lobby.needName'], [room, 'lobby.needRoom']].filter(([field, key]) => {
    const missing = !field.value.trim();
    showFieldProblem(field, missing && key);
    return missing;
  });
  lacking[0]?.[0].focus();
  return lacking.length ? undefined : { name: name.value.trim(), room: room.value.trim() };
}

function showFieldProblem(field, key) {
  const problem = byId(`${field.id}-problem`);
  problem.hidden = !key;
  field.setAttribute('aria-invalid', String(Boolean(key)));
  if (key) setText(problem, key);
}

/**
 * Shows the form, filled in as far as known.
 * @param {(entrance: {name: string, room: string, withCamera: boolean}) => void} enter
 */
export function startLobby(enter) {
  name.value = load('name') ?? '';
  room.value = roomInAddress() || newRoom();
  const submit = (withCamera) => {
    const entrance = filledIn();
    if (!entrance) return;
    save('name', entrance.name);
    enter({ ...entrance, withCamera });
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit(true);
  });
  joinWithout.addEventListener('click', () => submit(false));
}

/** Puts a new room's name into the form. */
export function offerNewRoom() {
  room.value = newRoom();
}

/** While the room is being entered, nothing can be pressed twice. */
export function showJoining(joining) {
  join.disabled = joining;
  joinWithout.disabled = joining;
  setText(join.firstElementChild, joining ? 'lobby.joining' : 'lobby.join');
  if (joining) showJoinProblem();
}

/** Says why the room could not be entered, or takes that away. */
export function showJoinProblem(key, values) {
  const problem = byId('join-problem');
  problem.hidden = !key;
  if (key) setText(problem, key, values);
}

/** Says why camera and microphone are off, or takes that away. */
export function showPreviewProblem(key) {
  byId('preview-problem').hidden = !key;
  byId('preview-retry').hidden = !key || key === 'problem.insecure';
  if (key) setText(byId('preview-problem'), key);
}
