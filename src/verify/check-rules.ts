// Checks that udev's rules find the disks of the boot, and that none hides them.
import { parseUdevRules, type Rule } from '../formats/udev-rules.ts';
import { wayRules } from './boot-way.ts';
import { isNullDevice, keptBytes, type ImageFiles } from './file-facts.ts';
import type { Report } from './report.ts';

export function checkRules(files: ImageFiles, report: Report): void {
  const names = new Set(ruleDirectories.flatMap((directory) => files.list(directory)));
  for (const name of [...names].toSorted()) checkJumps(files, name, report);
  for (const { name, word, purpose } of wayRules) {
    const path = effective(files, name);
    const bytes = path === undefined ? undefined : keptBytes(files, path);
    if (bytes !== undefined && word.test(bytes.toString())) continue;
    const state = path === undefined ? 'are missing' : 'are masked or not whole';
    report({
      severity: 'error',
      check: 'systemd',
      path: path ?? `usr/lib/udev/rules.d/${name}`,
      message: `The rules "${name}" of udev ${state}, so that ${purpose}`,
      hint: 'Add the package that ships udev to Packages=, or look for what removes its rules',
    });
  }
}

/** udev passes over a GOTO without its label, and what should be jumped over applies to every device. */
function checkJumps(files: ImageFiles, name: string, report: Report): void {
  const path = effective(files, name);
  const bytes = path === undefined ? undefined : keptBytes(files, path);
  if (path === undefined || bytes === undefined) return;
  const rules = parseUdevRules(bytes.toString());
  const [label] = lostLabels(rules);
  if (label === undefined) return;
  const from = rules.findIndex((rule) => jumpsTo(rule).includes(label));
  const hides = rules.slice(from).some(hidesAny);
  const effect = hides
    ? 'hides all disks from systemd'
    : 'applies to devices that it is not meant for';
  report({
    severity: hides ? 'error' : 'warning',
    check: 'systemd',
    path,
    message: `The rules "${name}" of udev jump to "${label}", which is not there: what follows ${effect}`,
    hint: 'Mend the file, or look for what cuts it off',
  });
}

function lostLabels(rules: readonly Rule[]): readonly string[] {
  const below = new Set<string>();
  const lost: string[] = [];
  for (const rule of rules.toReversed()) {
    lost.unshift(...jumpsTo(rule).filter((label) => !below.has(label)));
    for (const { key, value } of rule) if (key === 'LABEL') below.add(value);
  }
  return lost;
}

function jumpsTo(rule: Rule): readonly string[] {
  return rule.flatMap(({ key, value }) => (key === 'GOTO' ? [value] : []));
}

/** A rule that only says what a device is not fits about every one. */
function hidesAny(rule: Rule): boolean {
  const hides = rule.some(
    ({ key, operator, value }) =>
      key === 'ENV{SYSTEMD_READY}' && /^:?=$/.test(operator) && value === '0',
  );
  return hides && rule.every(({ operator }) => operator !== '==');
}

const ruleDirectories = [
  '/etc/udev/rules.d',
  '/usr/local/lib/udev/rules.d',
  '/usr/lib/udev/rules.d',
  '/lib/udev/rules.d',
];

/** As with units the first directory counts, and an empty file or a link to /dev/null masks (udev(7)). */
function effective(files: ImageFiles, name: string): string | undefined {
  return ruleDirectories
    .map((directory) => files.lookup(`${directory}/${name}`))
    .find((found) => found.type === 'found' || isNullDevice(found))?.path;
}
