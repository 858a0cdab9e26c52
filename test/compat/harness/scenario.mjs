// Registers scenarios with node's test runner: one test for each cell, which
// plays the scenario on the Node reference and on ours and compares what every
// client saw.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { atLeast, MIXED_CELLS, UNIFORM_CELLS } from './cells.mjs';
import { expectEqual } from './deliberate.mjs';
import { note } from './results.mjs';
import { Room } from './room.mjs';
import { selected } from './selection.mjs';
import { startBinary, startOurs, startReference } from './servers.mjs';

/** How many tests of one file are under way at once. */
const LANES = 8;

/**
 * Groups scenarios in a file.
 *
 * @param {string} name of the family
 * @param {(scenario: Function) => void} define registers its scenarios
 */
export function family(name, define) {
  describe(name, { concurrency: LANES }, () => {
    define((title, options, body) => register(name, title, body ? options : {}, body ?? options));
  });
}

/**
 * options:
 *   joined     names of the clients connected before the body runs
 *   bySender   compare each sender's events apart (for concurrent senders)
 *   mixed      false: only cells with one version (default: mixed cells too)
 *   since      the oldest version that can do what the scenario needs
 *   transports the transports it makes sense on
 *   server     options of the server, by their Node names
 *   own        the servers are stopped or killed in the scenario
 *   alone      the reference would not survive it, or differs on purpose: ours
 *              is run alone, and the body asserts what clients must see
 */
function register(familyName, title, options, body) {
  for (const cell of cellsFor(options)) {
    const test = `${familyName} · ${title}`;
    const name = `${test} · ${cell.label}`;
    if (!selected(name)) continue;
    it(name, async () => {
      const row = { name, mixed: cell.mixed, players: cell.players, alone: options.alone };
      try {
        const excused = await compare(test, cell, options, body);
        note({ ...row, equal: true, excused });
      } catch (err) {
        note({ ...row, equal: false });
        throw err;
      }
    });
  }
}

function cellsFor({ mixed = true, since = '0.0.0', transports }) {
  return [...UNIFORM_CELLS, ...(mixed ? MIXED_CELLS : [])].filter(({ players }) =>
    Object.values(players).every(
      ({ version, transport }) =>
        atLeast(version, since) && (!transports || transports.includes(transport)),
    ),
  );
}

async function compare(test, cell, options, body) {
  const ours = run(options.alone ? startBinary : startOurs, cell, options, body);
  if (options.alone) {
    assert.equal((await ours).stuck, null);
    return [];
  }
  const [outcome, judge] = await Promise.all([ours, run(startReference, cell, options, body)]);
  if (judge.stuck) throw new Error(`the scenario is wrong: on Node, ${judge.stuck}`);
  if (outcome.stuck) outcome.traces[''] = [`stuck: ${outcome.stuck}`];
  const pairs = Object.keys({ ...judge.traces, ...outcome.traces }).map((name) => ({
    label: name && `what ${name} saw:`,
    node: judge.traces[name] ?? [],
    ours: outcome.traces[name] ?? [],
  }));
  return expectEqual(test, pairs);
}

async function run(start, cell, options, body) {
  const server = await start({ options: options.server, own: options.own });
  try {
    return await new Room(server, cell.players).play(body, options);
  } finally {
    await server.dispose();
  }
}
