// Which tests the environment asks for; run.mjs sets it.

/** Set for a quick run: a sample of the cells of every scenario. */
export const QUICK = process.env.COMPAT_QUICK === '1';

/** Whether a test is asked for: ONLY is a regular expression, empty for all. */
export function selected(name) {
  return new RegExp(process.env.ONLY ?? '', 'i').test(name);
}
