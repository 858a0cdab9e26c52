// What surrounds the people of a call: its name, how many there are, the link to pass on.
import { roomLink, tokenInAddress } from './address.js';
import { byId, make } from './dom.js';
import { addTile, removeTile } from './grid.js';
import { setLabel, setText } from './i18n.js';
import { toast } from './notices.js';

let invitation;
let link;

/** Shows one of the views: "lobby", "call" or "left". */
export function showView(name) {
  document.body.dataset.view = name;
  for (const view of ['lobby', 'call', 'left']) byId(view).hidden = view !== name;
  byId('lobby-header').hidden = name === 'call';
}

/** Shows a room's name, and remembers its link for passing on. */
export function showRoom(room) {
  link = roomLink(room);
  const token = tokenInAddress();
  history.replaceState(null, '', token ? `${link}&token=${encodeURIComponent(token)}` : link);
  setText(byId('call-title'), 'call.room', { room });
  document.title = room;
}

/** Shows how many are there; somebody alone is told how to invite others. */
export function showCount(count) {
  setText(byId('call-count'), 'call.people', { count });
  if (count === 1 && !invitation) {
    invitation = makeInvitation();
    addTile(invitation);
  } else if (count > 1 && invitation) {
    removeTile(invitation);
    invitation = undefined;
  }
}

function makeInvitation() {
  const title = make('h2');
  const lead = make('p', 'lead');
  const field = make('input');
  const copy = make('button', 'primary small');
  setText(title, 'invite.title');
  setText(lead, 'invite.lead');
  setText(copy, 'copyLink');
  setLabel(field, 'invite.link');
  field.readOnly = true;
  field.value = link;
  field.addEventListener('focus', () => field.select());
  copy.type = 'button';
  copy.addEventListener('click', () => copyLink());
  return make('div', 'invitation', title, lead, field, copy);
}

async function copyLink() {
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(link);
    else copyFromField();
    toast('link.copied');
  } catch (error) {
    console.debug('copy:', error);
    toast('link.notCopied', { link });
  }
}

/** On plain http there is no clipboard to write to, but a selection can be copied. */
function copyFromField() {
  const field = make('textarea', 'visually-hidden', link);
  document.body.append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  if (!copied) throw new Error('the browser does not let a page copy');
}

byId('copy-link').addEventListener('click', copyLink);
