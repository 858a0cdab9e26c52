// Which room: the one in the address, or a new one.

const letters = 'bcdfghjkmnpqrstvwxz'; // without vowels and look-alikes: no words, easy to read out
const groups = [3, 4, 3]; // 10 letters of 19: 42 bits, which nobody guesses

/** The room that the page's address names, in ?room= or after #, or "". */
export function roomInAddress(location = window.location) {
  const asked = new URLSearchParams(location.search).get('room');
  return (asked ?? decode(location.hash.slice(1))).trim();
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The token that a server may ask for, as ?token= in the page's address has it; undefined without. */
export function tokenInAddress(location = window.location) {
  return new URLSearchParams(location.search).get('token') ?? undefined;
}

/** A new room's name, which serves as its key as well. */
export function newRoom() {
  return groups.map((length) => randomText(length, letters)).join('-');
}

/** The address to give to others; one's own token is not part of it. */
export function roomLink(room) {
  const url = new URL(window.location.href);
  url.hash = '';
  url.search = `?room=${encodeURIComponent(room)}`;
  return url.href;
}

/** A random text of so many letters of an alphabet with at most 256. */
export function randomText(length, alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789') {
  const fair = 256 - (256 % alphabet.length); // bytes from here on would favour the first letters
  let text = '';
  while (text.length < length) {
    const [byte] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < fair) text += alphabet[byte % alphabet.length];
  }
  return text;
}
