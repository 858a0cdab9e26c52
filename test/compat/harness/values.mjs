// Payloads of every kind, for scenarios and HTTP cases alike.
import { atLeast } from './cells.mjs';

/** Values that JSON carries, changes or drops, each under a name of its own. */
export const JSON_VALUES = {
  null: null,
  true: true,
  false: false,
  zero: 0,
  'minus zero': -0,
  negative: -17,
  fraction: 0.1,
  'the largest safe integer': Number.MAX_SAFE_INTEGER,
  'beyond the safe integers': 12345678901234567890,
  'the largest number': Number.MAX_VALUE,
  'the smallest number': Number.MIN_VALUE,
  'an exponent': 1e21,
  'not a number': NaN,
  infinity: -Infinity,
  'empty text': '',
  text: 'plain text',
  unicode: 'Grüße, 日本語, 🎥👩‍👩‍👧',
  'a lone high surrogate': 'x\ud800y',
  'a lone low surrogate': '\udc00',
  'surrogates the wrong way round': '\udc00\ud83d',
  'line separators': 'a\u2028b\u2029c',
  'control characters': '\u0000\u0001\t\r\n\u001e\u007f\u0085',
  quotes: '"\'`\\"',
  'backslashes before n': '\\n \\\\n \\\\\\n',
  'a byte order mark': '\ufeff\ufffe\uffff',
  'percent signs and pluses': '%20+%u0041&d=1',
  'text like a packet': '42["offer",1]',
  'text like base64': 'b4AAAA',
  'empty list': [],
  'list in list': [[[]], [null], [[1, [2, [3]]]]],
  'list with gaps': [1, , 3, undefined, () => {}],
  'empty object': {},
  nested: { a: { b: { c: [{ d: null }, { e: '' }] } } },
  'odd keys': { '': 1, ' ': 2, 10: 3, 2: 4, é: 5, '\u2028': 6, 'a.b': 7, '"': 8 },
  'key order': { z: 1, y: 2, a: 3, m: 4 },
  'undefined fields': { kept: 1, dropped: undefined, alsoDropped: () => {} },
  'an own __proto__': JSON.parse('{"__proto__":{"polluted":1},"b":2}'),
  'an own constructor': { constructor: { prototype: { polluted: 1 } }, toString: 'x', length: 3 },
  'a date': new Date(86_400_000),
  'a placeholder that is none': { _placeholder: true, num: 0 },
  'fifty levels': nest(50),
};

function nest(levels) {
  let value = 'deep';
  for (let i = 0; i < levels; i++) value = i % 2 ? [value] : { value };
  return value;
}

/** JSON of 300 KB. */
export const LARGE_JSON = {
  plain: { sdp: 'v=0\r\n'.repeat(50_000) },
  'beyond ASCII': { sdp: 'v=0\r\n'.repeat(40_000), notes: 'été 日本 🎥 '.repeat(4_000) },
};

/** `size` bytes of every value, in memory of their own (1.0.6 cannot send a slice of a pool). */
export function bytes(size) {
  return Buffer.alloc(size).map((_, i) => (i * 31) % 256);
}

/**
 * The values that the given receivers can be sent by that sender. Text beyond
 * ASCII is left out where a 1.x client, which expects UTF-8 encoded twice,
 * would get it encoded once: it drops the payload, or dies of it.
 */
export function readable(values, sender, ...receivers) {
  const garbled = !encodesTwice(sender) && receivers.some(encodesTwice);
  return Object.values(values).filter((value) => !garbled || isAscii(value));
}

function encodesTwice({ version, transport }) {
  return !atLeast(version, '1.3.7') || (!atLeast(version, '2.0.0') && transport === 'polling');
}

function isAscii(value) {
  return /^[\0-\x7f]*$/.test(JSON.stringify(value) ?? '');
}
