/** Whether the environment asks for this test: ONLY is a regular expression, empty for all. */
export function selected(name) {
  return new RegExp(process.env.ONLY ?? '', 'i').test(name);
}
