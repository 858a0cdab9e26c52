// The HTTP-level differential: raw exchanges, each had with the Node reference
// and with ours, and what came back compared.
import { describe, it } from 'node:test';
import { expectEqual } from './deliberate.mjs';
import { HANGS, LANES } from './limits.mjs';
import { note } from './results.mjs';
import { selected } from './selection.mjs';
import { startOurs, startReference } from './servers.mjs';
import { Talk } from './talk.mjs';
import { NoAnswer } from './wire.mjs';

/**
 * Groups exchanges in a file. `define` is given a function that registers one:
 * title and what to do, which is either the bytes of a single request or a
 * function of a Talk.
 */
export function exchanges(familyName, define) {
  describe(familyName, { concurrency: LANES }, () => {
    define((title, script, options = {}) => {
      const name = `${familyName} · ${title}`;
      if (!selected(name)) return;
      it(name, { timeout: HANGS }, async () => {
        const row = { name, http: true };
        try {
          const excused = await compare(name, script, options);
          note({ ...row, equal: true, excused });
        } catch (err) {
          note({ ...row, equal: false });
          throw err;
        }
      });
    });
  });
}

async function compare(name, script, options) {
  const [judge, outcome] = await Promise.all([
    run(startReference, script, options),
    run(startOurs, script, options),
  ]);
  if (judge.at(-1)?.startsWith('NO ANSWER'))
    throw new Error(`the exchange is wrong: Node gave ${judge.at(-1)}`);
  return expectEqual(name, [{ label: '', node: judge, ours: outcome }]);
}

async function run(start, script, options) {
  const server = await start({ options: options.server });
  const talk = new Talk(server.url);
  try {
    if (typeof script === 'function') await script(talk);
    else await talk.ask(script);
  } catch (err) {
    if (!(err instanceof NoAnswer)) throw err;
    talk.lines.push(`NO ANSWER: ${err.message}`);
  } finally {
    talk.hangUp();
    await server.dispose();
  }
  return talk.normalised();
}
