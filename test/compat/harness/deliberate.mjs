// Decides whether a difference is one of those made on purpose.
import { DELIBERATE } from '../deliberate.mjs';
import { diff } from './trace.mjs';

/** Lines of context in a report: enough for the whole of an HTTP answer. */
const AROUND = 12;

/**
 * Fails when what the two servers led to differs, unless the table of
 * deliberate differences has the test.
 *
 * @param {string} test "family · title"
 * @param {{label: string, node: string[], ours: string[]}[]} pairs lines to compare
 * @returns {number[]} the rows of the table that were needed, by index
 */
export function expectEqual(test, pairs) {
  const all = differences(pairs, []);
  if (!all) return [];
  const rows = DELIBERATE.filter(({ tests }) => tests.some((pattern) => pattern.test(test)));
  const unexplained = rows.some(({ lines }) => !lines) ? '' : differences(pairs, rows.flatMap(({ lines }) => lines));
  if (unexplained) throw new Difference(unexplained);
  return rows.map((row) => DELIBERATE.indexOf(row));
}

function differences(pairs, ignored) {
  const kept = (lines) => lines.filter((line) => !ignored.some((pattern) => pattern.test(line)));
  return pairs
    .map(({ label, node, ours }) => ({ label, text: diff(kept(node), kept(ours), { around: AROUND }) }))
    .filter(({ text }) => text)
    .map(({ label, text }) => (label ? `${label}\n${text}` : text))
    .join('\n');
}

class Difference extends Error {
  name = 'Difference';
}
