// What axe finds wrong for people who use a keyboard, a screen reader or need contrast.
import assert from 'node:assert/strict';
import axe from 'axe-core';

const grave = ['serious', 'critical'];

/** Asserts that nothing serious is wrong with what a person's window shows. */
export async function accessible(person, what) {
  await person.evaluate(`${axe.source}; undefined`);
  const violations = await person.evaluate(`axe.run().then(({ violations }) => violations.map(
    ({ id, impact, help, nodes }) => ({ id, impact, help, nodes: nodes.map(({ html, failureSummary }) => [html, failureSummary]) }),
  ))`);
  assert.deepEqual(violations.filter(({ impact }) => grave.includes(impact)), [], what);
}
