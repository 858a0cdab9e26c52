// Waiting for something to become true in a browser, with an end.
import { patience } from '../../lib/patience.mjs';

const between = 150; // ms between two looks: each costs a browser work that the calls need

/**
 * Resolves when condition() is true (it may be async), rejects when patience is over.
 * @param {string} what completes the sentence "waited in vain until …"
 * @param {() => unknown} state adds to the error what was there instead (it may be async)
 */
export async function eventually(what, condition, state) {
  const end = Date.now() + patience;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}: ${JSON.stringify(await state())}`);
    await new Promise((resume) => setTimeout(resume, between));
  }
}
