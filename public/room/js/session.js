// A call with everything that shows it: what happens in the one is shown in the other.
import { Call } from './call.js';
import { showCount, showRoom, showView } from './callview.js';
import { showSaid, startChat } from './chat.js';
import { byId } from './dom.js';
import { addTile } from './grid.js';
import { hideNotice, showNotice, toast } from './notices.js';
import { linkPerson, removeEverybody, removePerson, showPerson, updatePerson } from './people.js';
import { pictureFor } from './picture.js';
import { nameSelf, selfElement } from './selfview.js';
import { savesData } from './settings.js';

export class Session {
  #local;
  #call;
  #joinProblem;

  /** @param {LocalMedia} local @param {object} on joinProblem(error), which gives the text { key, values } */
  constructor(local, { joinProblem }) {
    this.#local = local;
    this.#joinProblem = joinProblem;
    this.#call = new Call(local, {
      joined: (person, before) => this.#joined(person, before),
      left: (person) => this.#left(person),
      linked: linkPerson,
      changed: updatePerson,
      connected: (person) => this.#connected(person),
      said: (person, text) => showSaid(person.name, text),
      online: (online) => this.#online(online),
      refused: (error) => this.#refused(error),
    });
  }

  /** Enters the room and shows it; rejects with a JoinError. */
  async join(room, name) {
    try {
      await this.#call.join(room, name);
    } catch (error) {
      this.#call.leave();
      throw error;
    }
    showView('call');
    showRoom(room);
    startChat((text) => this.#call.say(text));
    nameSelf(name);
    addTile(selfElement);
    this.adapt();
    byId('call-title').focus();
  }

  #joined(person, before) {
    showPerson(person);
    if (!before) toast('call.joined', { name: person.name });
    this.adapt();
  }

  #left(person) {
    removePerson(person);
    toast('call.left', { name: person.name });
    this.adapt();
  }

  #connected(person) {
    updatePerson(person);
    person.link.limit('camera', this.#picture().bitrate);
  }

  #online(online) {
    if (online) hideNotice('server');
    else showNotice('server', { key: 'notice.offline' });
  }

  #refused(error) {
    showNotice('server', {
      ...this.#joinProblem(error),
      error: true,
      action: { key: 'tryAgain', run: () => this.#call.retry() },
    });
  }

  #picture() {
    return pictureFor(this.#call.people.length + 1, savesData());
  }

  /** Fits the count, and the size of pictures, to how many there are. */
  adapt() {
    const picture = this.#picture();
    showCount(this.#call.people.length + 1);
    this.#local.setPicture(picture);
    for (const { link } of this.#call.people) link?.limit('camera', picture.bitrate);
  }

  replace(place, track) {
    this.#call.replace(place, track);
  }

  tellMedia() {
    this.#call.tellMedia();
  }

  leave() {
    this.#call.leave();
    removeEverybody();
    selfElement.remove();
  }
}
