// Waiting for something to become true, with an end.
import { patience } from './patience.mjs';

const step = 5; // ms between two looks

/**
 * Resolves when condition() is true (it may be async), rejects when patience is over.
 * @param {string} what completes the sentence "waited in vain until …"
 * @param {() => unknown} [state] adds to the error what was there instead
 */
export async function until(what, condition, state) {
  const end = Date.now() + patience;
  while (!(await condition())) {
    if (Date.now() > end) {
      const found = state ? `: ${JSON.stringify(state())}` : '';
      throw new Error(`waited in vain until ${what}${found}`);
    }
    await new Promise((resume) => setTimeout(resume, step));
  }
}
