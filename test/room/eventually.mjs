// Waiting for something to become true, with an end.

const deadline = 120_000; // ms; six people on a busy machine have taken half of it
const between = 150; // ms between two looks: each costs a browser work that the calls need

/**
 * Resolves when condition() is true (it may be async), rejects after two minutes.
 * @param {string} what completes the sentence "waited in vain until …"
 * @param {() => unknown} state adds to the error what was there instead (it may be async)
 */
export async function eventually(what, condition, state) {
  const end = Date.now() + deadline;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}: ${JSON.stringify(await state())}`);
    await new Promise((resume) => setTimeout(resume, between));
  }
}
