// HTTP answers and WebSocket frames as lines that can be compared: what clients
// act on, and nothing else.
import { show } from './trace.mjs';
import { OPCODES } from './wire.mjs';

/** Response headers that no client acts on, or that belong to one connection only. */
const IGNORED = ['date', 'keep-alive', 'content-length', 'transfer-encoding', 'connection'];

/** A response as lines. */
export function describeResponse({ version, status, headers, body, framing }) {
  // Beside socket.io's own answers, what stands at another path is the
  // application's affair: the two servers have no files in common.
  if (status === 404) return ['404'];
  const values = new Map(headers);
  const kept = headers
    .filter(([name]) => name !== 'vary' && !IGNORED.includes(name))
    .map(([name, value]) => `  ${name}: ${value}`);
  const vary = headers.filter(([name]) => name === 'vary').map(([, value]) => value);
  if (vary.length) kept.push(`  vary: ${asSet(vary.join(','))}`);
  kept.sort();
  const connection = values.get('connection')?.toLowerCase() ?? (version === '1.0' ? 'close' : 'keep-alive');
  if (status === 101 || connection === 'close') kept.push(`  connection: ${connection}`);
  if (status === 204) kept.push(`  content-length: ${values.get('content-length') ?? 'none'}`);
  if (framing !== 'none') kept.push(`  body, ${framing}: ${show(body.toString('latin1'))}`);
  return [String(status), ...kept];
}

const asSet = (list) => [...new Set(list.toLowerCase().split(/\s*,\s*/))].sort().join(', ');

/** A frame of the server as a line. */
export function describeFrame({ fin, reserved, opcode, masked, payload }) {
  const kind = Object.keys(OPCODES).find((name) => OPCODES[name] === opcode) ?? `opcode ${opcode}`;
  const odd = `${fin ? '' : ' not final'}${reserved ? ` reserved ${reserved}` : ''}${masked ? ' masked' : ''}`;
  if (kind === 'close') {
    const code = payload.length ? payload.readUInt16BE(0) : 'without code';
    return `  close${odd} ${code} ${show(payload.toString('utf8', 2))}`;
  }
  return `  ${kind}${odd} ${show(kind === 'text' ? payload.toString() : payload)}`;
}
