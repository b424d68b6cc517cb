// A reporter that names every test that was left out, and why; in CI, where nothing may be, it fails the run. Reporters are
// loaded before tsx is.

// oxlint-disable-next-line import/no-default-export -- The form that node asks for.
export default async function* noSkips(events) {
  const skipped = [];
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const { name, skip } = data;
    if (skip === undefined || skip === false) continue;
    skipped.push(`  ${name}${typeof skip === 'string' && skip !== '' ? `: ${skip}` : ''}\n`);
  }
  if (skipped.length === 0) return;
  const isRefused = process.env.CI === 'true';
  if (isRefused) process.exitCode = 1;
  yield `${isRefused ? 'Not allowed in CI: ' : ''}Tests left out: ${skipped.length}\n${skipped.join('')}`;
}
