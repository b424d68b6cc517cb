// Checks that systemd as /init knows an initrd and finds its way to the real root. systemd's own checks are no help here: of
// planted faults `systemd-analyze verify --root` (257) tells garbage in a unit and one that is required and missing, and
// neither a missing program nor a masked or missing unit that is only wished for; it fails good images too. `udevadm verify`
// (from 254) tells of cut-off rules, most of which boot. Both want the image unpacked.
import { machineOf } from '../formats/elf-header.ts';
import { isolatedUnits, programsOfWay, rescueUnits, wayUnits } from './boot-way.ts';
import { checkRules } from './check-rules.ts';
import type { ImageFiles } from './file-facts.ts';
import { absence, findProgram, isSystemd, placesOf, type Program } from './programs.ts';
import type { Finding, Report } from './report.ts';
import { findUnit, isYes, listens, type LoadedUnit } from './units.ts';
import { closure, commandsOf, requiredUnits, startedFrom } from './way.ts';

export function checkSystemd(
  files: ImageFiles,
  { hasModules }: { readonly hasModules: boolean },
  report: Report,
): void {
  const release = files.lookup('/etc/initrd-release');
  if (release.type !== 'found' || release.node.type !== 'file') {
    report({
      severity: 'error',
      check: 'systemd',
      path: 'etc/initrd-release',
      message: `Cannot find "/etc/initrd-release", by which systemd knows an initrd: ${absence(release)}`,
    });
  }
  const init = findProgram(files, '/init');
  if (init.type !== 'starts' || !isSystemd(init)) return;
  const machine = machineOf(init.elf);
  const way = requiredUnits(files);
  for (const name of way) checkUnit(files, name, machine, 'error', report);
  checkReach(files, report);
  const rest = closure(
    files,
    [...way, ...rescueUnits],
    ['Requires', 'BindsTo', 'Wants', 'Upholds'],
  );
  for (const name of rest) {
    if (!way.includes(name)) checkUnit(files, name, machine, 'warning', report);
  }
  for (const { anyOf, purpose, severity } of programsOfWay(init.elf, hasModules)) {
    checkProgram(files, anyOf, machine, report, { severity, check: 'systemd', message: purpose });
  }
  checkFsck(files, machine, report);
  checkRules(files, report);
}

/**
 * systemd-fsck goes without one that is not there or that nobody may run, and fails where it cannot be started. A checker of a
 * file system that cannot be started is fsck's to tell, and does not keep the root from being mounted.
 */
function checkFsck(files: ImageFiles, machine: string, report: Report): void {
  const [place] = placesOf('fsck').filter((path) => isRunnable(files, path));
  if (place === undefined) return;
  checkProgram(files, [place], machine, report, {
    severity: 'error',
    check: 'systemd',
    message: 'systemd mounts no file system that it cannot check',
  });
}

function isRunnable(files: ImageFiles, path: string): boolean {
  const found = files.lookup(path);
  return found.type === 'found' && found.node.type === 'file' && (found.node.mode & 0o111) !== 0;
}

/** A unit that is whole and that nothing starts is of no use: its neighbours have lost what they said of it. */
function checkReach(files: ImageFiles, report: Report): void {
  const reached = new Set(startedFrom(files, 'initrd.target'));
  const tell = (name: string, message: string): void => {
    const unit = findUnit(files, name);
    // What is missing or masked is told with the unit itself.
    if (unit.type !== 'loaded') return;
    const hint = 'Look for what changes the units of systemd in the image';
    report({ severity: 'error', check: 'systemd', path: unit.path, message, hint });
  };
  for (const name of wayUnits) {
    if (reached.has(name)) continue;
    tell(
      name,
      `Nothing on the way from initrd.target starts "${name}", so that systemd does not reach the real root`,
    );
  }
  for (const name of isolatedUnits) {
    const unit = findUnit(files, name);
    if (unit.type === 'loaded' && isYes(unit, 'AllowIsolate')) continue;
    tell(name, `Unit "${name}" has no AllowIsolate=yes, so that systemd does not go over to it`);
  }
}

function checkUnit(
  files: ImageFiles,
  name: string,
  machine: string,
  severity: Finding['severity'],
  report: Report,
): void {
  const unit = findUnit(files, name);
  const isNeeded = severity === 'error';
  switch (unit.type) {
    case 'missing':
    case 'masked': {
      // Many units are wished for that no package of the image has.
      if (!isNeeded && !rescueUnits.includes(name)) return;
      const state = unit.type === 'missing' ? 'is missing' : `is masked by "${unit.path}"`;
      return report({
        severity,
        check: 'systemd',
        path: unit.type === 'missing' ? `usr/lib/systemd/system/${name}` : unit.path,
        message: isNeeded
          ? `Unit "${name}" ${state}, without which systemd does not reach the real root`
          : `Unit "${name}" ${state}, without which a failed boot ends without a shell`,
        hint:
          unit.type === 'missing'
            ? 'Add the package that ships systemd to Packages='
            : `Take "${unit.path}" out of the image`,
      });
    }
    case 'loaded':
      return checkService(files, name, unit, machine, severity, report);
    default:
      return unit satisfies never;
  }
}

function checkService(
  files: ImageFiles,
  name: string,
  unit: LoadedUnit,
  machine: string,
  severity: Finding['severity'],
  report: Report,
): void {
  if (name.endsWith('.socket') && severity === 'error' && !listens(unit)) {
    report({
      severity,
      check: 'systemd',
      path: unit.path,
      message: `Unit "${name}" has no Listen setting, so that systemd cannot start it`,
    });
  }
  if (!name.endsWith('.service')) return;
  const commands = commandsOf(unit);
  if (commands.length === 0 && severity === 'error') {
    report({
      severity,
      check: 'systemd',
      path: unit.path,
      message: `Unit "${name}" has no ExecStart=, so that systemd cannot start it`,
    });
  }
  for (const { program, mayFail } of commands) {
    if (program === undefined) continue;
    // Conditions keep most units from running where their program is left out on purpose.
    if (severity !== 'error' && (mayFail || isConditional(unit))) continue;
    checkProgram(files, [program], machine, report, {
      severity,
      check: 'systemd',
      message: `unit "${name}" runs it`,
    });
  }
}

function isConditional({ settings }: LoadedUnit): boolean {
  return settings.some(({ key }) => key.startsWith('Condition'));
}

function checkProgram(
  files: ImageFiles,
  anyOf: readonly string[],
  machine: string,
  report: Report,
  { severity, check, message }: Pick<Finding, 'severity' | 'check' | 'message'>,
): void {
  const found = anyOf.flatMap(placesOf).map((path) => findProgram(files, path));
  const first = found.find(isThere) ?? found[0];
  if (first === undefined) return;
  const why = cannotRun(first, machine);
  if (why === undefined) return;
  const name = anyOf.map((each) => `"${each}"`)[0];
  report({
    severity,
    check,
    path: first.path,
    message: `Cannot start ${name}, and ${message}: ${why}`,
    hint: 'Add the package that ships it to Packages=, or look for what removes it',
  });
}

/** systemd and shells take the first file of a name, even where it cannot be started. */
function isThere(program: Program): boolean {
  return program.type === 'starts' || !program.why.endsWith('is missing');
}

function cannotRun(program: Program, machine: string): string | undefined {
  if (program.type === 'fails') return program.why;
  const own = machineOf(program.elf);
  return own === machine
    ? undefined
    : `"${program.path}" is for machine ${own}, /init is for ${machine}`;
}
