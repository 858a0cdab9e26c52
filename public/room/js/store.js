// What the page remembers on this device. A browser that refuses storage just forgets.

const prefix = 'room.';

/** Returns what was saved under a name, or undefined. */
export function load(name) {
  try {
    return localStorage.getItem(prefix + name) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Saves a text under a name. */
export function save(name, text) {
  try {
    localStorage.setItem(prefix + name, text);
  } catch {
    // Storage is full or forbidden, as in some private windows.
  }
}
