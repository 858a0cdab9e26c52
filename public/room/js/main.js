// The page: from the lobby into a call and out again.
import { showView } from './callview.js';
import { listDevices, startDevices } from './devices.js';
import { byId } from './dom.js';
import { translatePage } from './i18n.js';
import { offerNewRoom, showJoining, showJoinProblem, showPreviewProblem, startLobby } from './lobby.js';
import { DeviceError, devicesAllowed, LocalMedia } from './local.js';
import { hideNotice, hideNotices, showNotice } from './notices.js';
import { useSpeaker } from './people.js';
import { showAsking, showPressed, showSelfInLobby, updateSelf } from './selfview.js';
import { Session } from './session.js';
import { settingsInLobby, startSettings } from './settings.js';
import { loadClient } from './signaling.js';
import { wakeSpeaking } from './speaking.js';
import { applyTheme } from './theme.js';

const joinProblems = ['room_full', 'name_too_long', 'unreachable']; // with a text of their own

let session; // while in a call, or on the way into one
let entrance; // { name, room, withCamera } of the last call

const local = new LocalMedia({
  track: (place, track) => session?.replace(place, track),
  changed() {
    showMedia();
    session?.tellMedia();
  },
  lost(place) {
    if (place !== 'screen') showNotice(place, { key: `lost.${place}`, error: true });
  },
});

/** Shows what is turned on here, in the own tile and on the buttons. */
function showMedia() {
  updateSelf(local);
  showPressed('', local.on);
  showPressed('lobby-', local.on);
}

function problemOf(error) {
  if (!(error instanceof DeviceError)) throw error;
  return `problem.${error.code}`;
}

async function openLobby({ withCamera } = { withCamera: true }) {
  showView('lobby');
  settingsInLobby();
  showSelfInLobby();
  showMedia();
  if (!devicesAllowed()) showPreviewProblem('problem.insecure');
  else if (withCamera) await startPreview();
  await listDevices();
}

async function startPreview() {
  showPreviewProblem();
  showAsking(true);
  try {
    await local.start();
  } catch (error) {
    showPreviewProblem(problemOf(error));
  }
  showAsking(false);
}

async function enter(wanted) {
  entrance = wanted;
  wakeSpeaking();
  showJoinProblem();
  showJoining(true);
  if (!wanted.withCamera) await local.setCamera(false);
  session = new Session(local, { joinProblem });
  try {
    await session.join(wanted.room, wanted.name);
  } catch (error) {
    session = undefined;
    showView('lobby');
    showSelfInLobby();
    const { key, values } = joinProblem(error);
    showJoinProblem(key, values);
  }
  showJoining(false);
}

/** The text that says why a room cannot be entered and what to do. */
function joinProblem({ code, message }) {
  return joinProblems.includes(code)
    ? { key: `join.${code}` }
    : { key: 'join.other', values: { message } };
}

function leave() {
  session.leave();
  session = undefined;
  local.stop();
  hideNotices();
  settingsInLobby();
  showView('left');
  byId('left-title').focus();
}

/** Turns something on or off at the press of a button; says what is wrong if that fails. */
function switchOn(button, place, turn) {
  byId(button).addEventListener('click', async () => {
    hideNotice(place);
    try {
      await turn(!local.on[place]);
      await listDevices();
    } catch (error) {
      const key = problemOf(error);
      if (session) showNotice(place, { key, error: true });
      else showPreviewProblem(key);
    }
  });
}

for (const prefix of ['', 'lobby-']) {
  switchOn(`${prefix}mic`, 'mic', (on) => local.setMic(on));
  switchOn(`${prefix}camera`, 'camera', (on) => local.setCamera(on));
}
switchOn('screen', 'screen', (on) => (on ? local.share() : local.stopSharing()));
byId('preview-retry').addEventListener('click', startPreview);
byId('leave').addEventListener('click', leave);
byId('rejoin').addEventListener('click', async () => {
  await openLobby(entrance);
  await enter(entrance);
});
byId('new-room').addEventListener('click', () => {
  offerNewRoom();
  openLobby();
});
// A page that is closed says so; one that is lost is missed after a while.
window.addEventListener('pagehide', () => session?.leave());
window.addEventListener('pageshow', ({ persisted }) => persisted && window.location.reload());

startDevices({
  async chosen(place, deviceId) {
    try {
      await local.choose(place, deviceId);
    } catch (error) {
      showNotice(place, { key: problemOf(error), error: true });
    }
  },
  speaker: useSpeaker,
});
startSettings({ language: listDevices, saveData: () => session?.adapt() });
startLobby(enter);
applyTheme();
translatePage();
openLobby();
loadClient().catch((error) => console.debug('client:', error)); // joining tries again
