// A call: the people in the room, each with a link, and what goes between their pages.
//
// Pages greet each other through the server, in both directions, whenever one learns of another:
// { hello: { key, name } }. Messages of a link follow as { key, session, ... }. What is turned on,
// chat and farewells go through the links' own channels, which no server sees.
import { randomText } from './address.js';
import { refreshIceServers } from './ice.js';
import { Participant } from './participant.js';
import { Signaling } from './signaling.js';

const grace = 10_000; // ms that someone without signaling and without media is waited for
const look = 1_000; // ms between two looks for those who have vanished
const refresh = 10 * 60_000; // ms between two questions for ICE servers
const longestName = 64;
const longestText = 2_000;

export class Call {
  #local;
  #on;
  #key = randomText(20);
  #name;
  #people = new Map(); // by key
  #signaling;
  #online = false;
  #present = new Set(); // ids of those who were there before this side
  #timers = [];

  /**
   * @param {LocalMedia} local what this side shows
   * @param {object} on what to call, each with a Participant: joined (and whether they were there
   *   before), left, linked, connected, changed, said (and the text); besides online(boolean), refused(JoinError)
   */
  constructor(local, on) {
    this.#local = local;
    this.#on = on;
  }

  /** Everybody else, in the order in which they were met. */
  get people() {
    return [...this.#people.values()];
  }

  /** Enters a room; rejects with a JoinError. */
  async join(room, name) {
    this.#name = name;
    this.#signaling = new Signaling({
      peers: (ids) => this.#entered(ids),
      joined: (id) => this.#greet(id),
      left: (id, reason) => this.#left(id, reason),
      signal: (from, data) => this.#signal(from, data),
      down: () => this.#down(),
      refused: (error) => this.#on.refused(error),
    });
    await refreshIceServers();
    await this.#signaling.join(room, name);
    this.#timers = [
      setInterval(() => this.#removeVanished(), look),
      setInterval(refreshIceServers, refresh),
    ];
  }

  #entered(ids) {
    this.#online = true;
    this.#present = new Set(ids);
    for (const person of this.people) person.seen = performance.now();
    this.#on.online(true);
    ids.forEach((id) => this.#greet(id));
  }

  #down() {
    this.#online = false;
    for (const person of this.people) this.#absent(person);
    this.#on.online(false);
  }

  #greet(id) {
    this.#signaling.send(id, { hello: { key: this.#key, name: this.#name } });
  }

  #signal(from, data) {
    if (data?.hello) this.#hello(from, data.hello);
    else if (typeof data?.session === 'string') this.people.find(({ id }) => id === from)?.receive(data);
  }

  #hello(id, { key, name }) {
    if (typeof key !== 'string' || typeof name !== 'string' || key === this.#key) return;
    const known = this.#people.get(key);
    if (known?.id && known.id !== id) {
      // A key is its holder's until the holder has left: nobody takes over a tile in use.
      known.heir = { id, name };
      return;
    }
    const person = known ?? this.#meet(key);
    person.name = name.trim().slice(0, longestName) || '?';
    if (known) this.#on.changed(person);
    else this.#on.joined(person, this.#present.has(id));
    person.appeared(id);
  }

  #meet(key) {
    const person = new Participant({ key, opens: this.#key < key }, {
      send: ({ id }, message) => id && this.#signaling.send(id, message),
      localTracks: () => this.#local.tracks,
      linked: this.#on.linked,
      ready: (who) => this.#tell(who),
      text: (who, text) => this.#heard(who, text),
      state: (who) => this.#stateChanged(who),
    });
    this.#people.set(key, person);
    return person;
  }

  #left(id, reason) {
    const person = this.people.find((one) => one.id === id);
    if (!person) return;
    this.#absent(person);
    const { heir } = person;
    person.heir = undefined;
    if (heir) {
      this.#hello(heir.id, { key: person.key, name: heir.name });
      this.#greet(heir.id); // what it has sent since was not taken
    } else if (reason === 'leave') {
      this.#remove(person);
    } else {
      this.#stateChanged(person);
    }
  }

  /** Without the server; the media may go on all the same. */
  #absent(person) {
    person.id = undefined;
    person.seen = performance.now();
  }

  #stateChanged(person) {
    if (!this.#people.has(person.key)) return; // closed here, because they have gone
    if (!person.id && person.state === 'closed' && this.#online) this.#remove(person);
    else this.#on.changed(person);
  }

  #removeVanished() {
    const now = performance.now();
    for (const person of this.people) {
      if (person.id || person.state === 'connected') person.seen = now;
      // While the server is away nobody can be told from someone who has lost it as well.
      else if (this.#online && now - person.seen > grace) this.#remove(person);
    }
  }

  #remove(person) {
    if (!this.#people.delete(person.key)) return;
    person.close();
    this.#on.left(person);
  }

  #heard(person, text) {
    const message = parse(text);
    if (message?.media) {
      const { mic, camera, screen } = message.media;
      person.media = { mic: mic === true, camera: camera === true, screen: screen === true };
      this.#on.changed(person);
    } else if (typeof message?.chat === 'string') {
      this.#on.said(person, message.chat.slice(0, longestText));
    } else if (message?.bye) {
      this.#remove(person);
    }
  }

  #tell(person) {
    person.link.text(JSON.stringify({ media: this.#local.on }));
    this.#on.connected(person);
  }

  /** Tells everybody what is turned on here. */
  tellMedia() {
    for (const person of this.people) person.link?.text(JSON.stringify({ media: this.#local.on }));
  }

  /** Sends another track from a place to everybody. */
  replace(place, track) {
    for (const person of this.people) person.link?.replace(place, track);
  }

  /** Sends a text to everybody; returns those whom it cannot reach. */
  say(text) {
    return this.people.filter(({ link }) => !link?.text(JSON.stringify({ chat: text })));
  }

  /** Tries again to enter the room after a refusal. */
  retry() {
    this.#signaling.retry();
  }

  /** Ends the call for this side. */
  leave() {
    this.#timers.forEach(clearInterval);
    for (const { link } of this.people) link?.text(JSON.stringify({ bye: true }));
    this.#signaling?.close();
    const people = this.people;
    this.#people.clear();
    people.forEach((person) => person.close());
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
