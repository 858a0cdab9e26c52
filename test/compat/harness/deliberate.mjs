// Decides whether a difference is one of those made on purpose.
import { DELIBERATE } from '../deliberate.mjs';
import { JUDGES_ITSELF } from './servers.mjs';
import { diff } from './trace.mjs';

/** Lines of context in a report: enough for the whole of an HTTP answer. */
const AROUND = 12;

/** Every difference of every row, in order; notes name them by their index here. */
export const DIFFERENCES = DELIBERATE.flatMap((row) =>
  row.differences.map((difference) => ({ ...difference, what: row.what })),
);

/**
 * Fails when what the two servers led to differs by anything but deliberate
 * differences.
 *
 * @param {string} test "family · title"
 * @param {{label: string, node: string[], ours: string[]}[]} pairs lines to compare
 * @returns {number[]} the deliberate differences that were found, by index in DIFFERENCES
 */
export function expectEqual(test, pairs) {
  const allowed = JUDGES_ITSELF ? [] : DIFFERENCES.filter(({ tests }) => tests.test(test));
  const seen = { node: new Set(), ours: new Set() };
  // Lines that differ on purpose become the same line on both sides: where one
  // side alone has them, a difference is left.
  const settled = (lines, side) =>
    allowed.reduce((rest, difference) => {
      const replaced = replaceRun(rest, difference[side], standIn(difference));
      if (replaced !== rest) seen[side].add(difference);
      return replaced;
    }, lines);
  const reports = pairs
    .map(({ label, node, ours }) => [label, diff(settled(node, 'node'), settled(ours, 'ours'), AROUND)])
    .filter(([, difference]) => difference)
    .map(([label, difference]) => (label ? `${label}\n${difference}` : difference));
  if (reports.length) throw new Difference([...reports, ...changed(allowed, seen)].join('\n'));
  return DIFFERENCES.flatMap((one, i) => (seen.node.has(one) || seen.ours.has(one) ? i : []));
}

const isSwap = ({ node, ours }) => node.length > 0 && ours.length > 0;

// What stands in for a deliberate difference: a line that names it, or nothing
// where one of the servers is to have nothing.
function standIn(difference) {
  return isSwap(difference) ? [`(on purpose: ${difference.what})`] : [];
}

function changed(allowed, seen) {
  return allowed
    .filter((one) => isSwap(one) && seen.node.has(one) !== seen.ours.has(one))
    .map(({ what }) => `no difference any more, or another than deliberate.mjs has: ${what}`);
}

/** Replaces every occurrence of `run` in `lines`; the same array if there is none. */
function replaceRun(lines, run, replacement) {
  const begins = (i) => run.every((line, j) => lines[i + j] === line);
  if (!run.length || !lines.some((_, i) => begins(i))) return lines;
  const result = [];
  for (let i = 0; i < lines.length; ) {
    if (begins(i)) {
      result.push(...replacement);
      i += run.length;
    } else {
      result.push(lines[i++]);
    }
  }
  return result;
}

class Difference extends Error {
  name = 'Difference';
}
