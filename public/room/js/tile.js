// A tile: one person, or one shared screen.
import { icon, iconButton, make } from './dom.js';
import { setLabel, setText } from './i18n.js';
import { load } from './store.js';

export class Tile {
  #video = make('video');
  #name = make('span', 'name');
  #muted = icon('mic-off');
  #mutedText = make('span', 'visually-hidden');
  #bars = make('span', 'bars', make('i'), make('i'), make('i'));
  #status = make('p', 'tile-status');
  #avatar = make('span', 'avatar');
  #stream = new MediaStream();

  element = make('div', 'tile');

  /**
   * @param {object} options seed: a text that picks the colour behind the initials; screen: whether
   *   it is a shared screen; self: whether it shows this side, and so is silent
   */
  constructor({ seed = '', screen = false, self = false }) {
    const video = this.#video;
    video.playsInline = true;
    video.autoplay = true;
    video.muted = self || screen;
    video.disablePictureInPicture = self;
    this.element.classList.toggle('screen', screen);
    this.element.classList.toggle('mirrored', self && !screen);
    this.#avatar.setAttribute('aria-hidden', 'true');
    this.#avatar.style.setProperty('--hue', hue(seed));
    this.#muted.toggleAttribute('hidden', true);
    this.#mutedText.hidden = true;
    setText(this.#mutedText, 'tile.muted');
    this.#bars.setAttribute('role', 'img');
    this.#bars.hidden = true;
    this.#status.hidden = true;
    this.element.append(
      this.#avatar, video,
      make('span', 'plate', this.#muted, this.#name, this.#mutedText), this.#bars, this.#status,
    );
    if (screen) this.#makeExpandable();
    if (!self) this.useSpeaker();
  }

  #makeExpandable() {
    if (!this.element.requestFullscreen) return; // not on an iPhone
    const button = iconButton('plain expand', 'expand');
    setLabel(button, 'tile.expand');
    button.addEventListener('click', () => {
      if (document.fullscreenElement) document.exitFullscreen();
      else this.element.requestFullscreen();
    });
    this.element.append(button);
  }

  /** Shows a name as it is, or with one of the texts, such as "{name} (you)". */
  setName(name, key = 'tile.name') {
    setText(this.#name, key, { name });
    this.#avatar.replaceChildren(initials(name) || icon('person'));
    setLabel(this.#video, 'tile.video', { name });
  }

  /** Plays these tracks; those that are null or undefined are left out. */
  setTracks(...tracks) {
    const wanted = tracks.filter(Boolean);
    for (const track of this.#stream.getTracks()) {
      if (!wanted.includes(track)) this.#stream.removeTrack(track);
    }
    for (const track of wanted) this.#stream.addTrack(track);
    // A stream without tracks would keep the browser waiting, and the page from being loaded.
    const stream = wanted.length ? this.#stream : null;
    if (this.#video.srcObject !== stream) this.#video.srcObject = stream;
  }

  /** Shows the picture, from its first frame on, or the initials instead. */
  showVideo(on) {
    if (on === this.element.classList.contains('with-video')) return;
    this.element.classList.toggle('with-video', on);
    this.element.classList.remove('painted');
    if (on) this.#awaitFrame();
  }

  /** Marks the tile as painted when the next frame is there. */
  #awaitFrame() {
    const painted = () => this.element.classList.toggle('painted', this.element.classList.contains('with-video'));
    if (this.#video.requestVideoFrameCallback) this.#video.requestVideoFrameCallback(painted);
    else this.#video.addEventListener('timeupdate', painted, { once: true });
  }

  showMuted(muted) {
    this.#muted.toggleAttribute('hidden', !muted);
    this.#mutedText.hidden = !muted;
  }

  showSpeaking(speaking) {
    this.element.classList.toggle('speaking', speaking);
  }

  /** Shows how good the connection is: "good", "fair", "poor", or undefined for nothing. */
  showQuality(quality) {
    this.#bars.hidden = !quality;
    if (!quality) return;
    this.#bars.dataset.quality = quality;
    setLabel(this.#bars, `quality.${quality}`);
  }

  /** Shows what is the matter, or nothing. */
  showStatus(key, values) {
    this.#status.hidden = !key;
    if (key) setText(this.#status, key, values);
  }

  /** Starts playing; rejects where the browser wants the user to do something first. */
  async play() {
    if (!this.#video.srcObject) return;
    try {
      await this.#video.play();
    } catch (error) {
      if (error.name !== 'AbortError') throw error; // a new track interrupts, and plays
    }
  }

  /** Plays through the loudspeaker that was chosen, where the browser allows a choice. */
  async useSpeaker() {
    const id = load('speaker');
    if (!id || !this.#video.setSinkId) return;
    await this.#video.setSinkId(id).catch((error) => console.debug('loudspeaker:', error));
  }

  remove() {
    this.#video.srcObject = null;
    this.element.remove();
  }
}

function initials(name) {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words;
  return chosen.map((word) => [...word][0].toLocaleUpperCase()).join('');
}

function hue(seed) {
  let sum = 0;
  for (const character of seed) sum = (sum * 31 + character.codePointAt(0)) % 360;
  return sum;
}
