// What a client saw, written so that two runs can be compared line by line.
import { createHash } from 'node:crypto';

/** Longer strings and binaries are shown by their length and digest. */
const SHOWN_IN_FULL = 200;

/**
 * Writes a value as text. Unlike JSON it tells apart everything that a client
 * can tell apart: key order, -0, undefined, lone surrogates, own __proto__
 * keys, and which type binary arrived as.
 */
export function show(value) {
  if (typeof value === 'string') return showString(value);
  if (Object.is(value, -0)) return '-0';
  if (value === null || typeof value !== 'object') {
    return typeof value === 'function' ? '<function>' : String(value);
  }
  const bytes = bytesOf(value);
  if (bytes) return `<${value.constructor.name} ${showBytes(bytes)}>`;
  if (Array.isArray(value)) return `[${value.map(show).join(',')}]`;
  if (value instanceof Error) return showError(value);
  const fields = Object.entries(value).map(([key, field]) => `${JSON.stringify(key)}:${show(field)}`);
  return `{${fields.join(',')}}`;
}

function showString(text) {
  if (text.length <= SHOWN_IN_FULL) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, 20))}…(${text.length} units, ${digest(JSON.stringify(text))})`;
}

function showBytes(bytes) {
  if (bytes.length <= SHOWN_IN_FULL) return bytes.toString('base64') || 'empty';
  return `${bytes.length} bytes, ${digest(bytes)}`;
}

function digest(data) {
  return createHash('sha256').update(data).digest('hex').slice(0, 12);
}

function bytesOf(value) {
  if (value instanceof ArrayBuffer) return Buffer.from(value);
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return null;
}

// Errors differ in shape from version to version, not from server to server:
// the fields below are what a program could act on.
function showError(err) {
  const parts = [JSON.stringify(err.message)];
  if (err.data !== undefined) parts.push(`data ${show(err.data)}`);
  if (err.type) parts.push(`type ${err.type}`);
  const status = typeof err.description === 'object' ? err.description?.message : err.description;
  if (status !== undefined) parts.push(`description ${show(status)}`);
  return `Error(${parts.join(', ')})`;
}

/**
 * The lines that are only in one of two lists, with `around` lines before and
 * behind them. Empty when the lists are equal.
 */
export function diff(node, ours, around) {
  const script = editScript(node, ours);
  if (script.every(({ side }) => side === ' ')) return '';
  const near = (i) => script.slice(Math.max(0, i - around), i + around + 1).some(({ side }) => side !== ' ');
  const lines = ['--- Node', '+++ ours'];
  let hidden = false;
  script.forEach(({ side, line }, i) => {
    if (near(i)) lines.push(`${side} ${line}`);
    else if (!hidden) lines.push('  …');
    hidden = !near(i);
  });
  return lines.join('\n');
}

// Longest common subsequence by the quadratic table: traces are short.
function editScript(left, right) {
  const common = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      common[i][j] =
        left[i] === right[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const script = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      script.push({ side: ' ', line: left[i++] });
      j++;
    } else if (j === right.length || (i < left.length && common[i + 1][j] >= common[i][j + 1])) {
      script.push({ side: '-', line: left[i++] });
    } else {
      script.push({ side: '+', line: right[j++] });
    }
  }
  return script;
}
