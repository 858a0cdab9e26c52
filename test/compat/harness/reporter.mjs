// What a run prints: a line for each family and, so that a slow one is seen to go
// on, for every hundredth test; every failure in full; and the counts at the end
// in the words of node's own reporters.

/** A reporter for node's test runner. */
export default async function* report(source) {
  const counts = new Map();
  for await (const { type, data } of source) {
    if (type === 'test:fail' || type === 'test:pass') yield* outcome(type === 'test:pass', data, counts);
    else if (type === 'test:stderr' || type === 'test:stdout') yield data.message;
    else if (type === 'test:diagnostic' && data.nesting === 0) yield `# ${data.message}\n`;
  }
}

function* outcome(passed, { name, details }, counts) {
  if (details.type === 'suite') {
    const { passed: good, failed: bad } = counts.get(name) ?? {};
    if (good === undefined) return;
    const seconds = Math.round(details.duration_ms / 1000);
    yield `${passed ? 'ok' : 'not ok'} ${name}: ${good} passed, ${bad} failed (${seconds} s)\n`;
    return;
  }
  const [family] = name.split(' · ');
  const count = counts.get(family) ?? { passed: 0, failed: 0 };
  counts.set(family, count);
  count[passed ? 'passed' : 'failed']++;
  const done = count.passed + count.failed;
  if (done % 100 === 0) yield `${family}: ${done} tests so far\n`;
  if (!passed) yield `not ok ${name}\n${indent(messageOf(details.error))}\n`;
}

function messageOf({ cause, message }) {
  if (cause?.name === 'Difference') return cause.message;
  return cause?.stack ?? cause?.message ?? message;
}

const indent = (text) => text.replace(/^/gm, '    ');
