// Registers scenarios with node's test runner: one test for each cell, which
// plays the scenario on the Node reference and on ours and compares what every
// client saw.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { atLeast, MIXED_CELLS, sample, UNIFORM_CELLS } from './cells.mjs';
import { expectEqual } from './deliberate.mjs';
import { HANGS, LANES } from './limits.mjs';
import { note } from './results.mjs';
import { Room } from './room.mjs';
import { QUICK, selected } from './selection.mjs';
import { startBinary, startOurs, startReference } from './servers.mjs';

/**
 * Groups scenarios in a file. `define` is given a function that registers one:
 * title, options (see register; may be left out) and body.
 */
export function family(name, define) {
  describe(name, { concurrency: LANES }, () => {
    let turn = 0;
    define((title, ...rest) => {
      const body = rest.pop();
      const [options = {}] = rest;
      const cells = cellsFor(options);
      register(`${name} · ${title}`, QUICK ? sample(cells, turn++) : cells, options, body);
    });
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
function register(test, cells, options, body) {
  for (const cell of cells) {
    const name = `${test} · ${cell.label}`;
    if (!selected(name)) continue;
    it(name, { timeout: HANGS }, async () => {
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
      ({ version, transport }) => atLeast(version, since) && (!transports || transports.includes(transport)),
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
