// Checks that systemd as /init knows an initrd and finds its way to the real root.
import { unitList } from '../formats/unit.ts';
import { rescueUnits, wayPrograms, wayRules, wayUnits } from './boot-way.ts';
import { keptBytes, type ImageFiles } from './file-facts.ts';
import { absence, findProgram, placesOf, type Program } from './programs.ts';
import type { Finding, Report } from './report.ts';
import { dependenciesOf, findUnit, type LoadedUnit } from './units.ts';

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
  if (init.type !== 'starts' || !/(?:^|\/)lib\/systemd\/systemd$/.test(init.path)) return;
  const machine = `${init.elf.machine}/${init.elf.bits}`;
  const way = closure(files, wayUnits, ['Requires', 'Requisite', 'BindsTo']);
  for (const name of way) checkUnit(files, name, machine, 'error', report);
  const rest = closure(
    files,
    [...way, ...rescueUnits],
    ['Requires', 'BindsTo', 'Wants', 'Upholds'],
  );
  for (const name of rest) {
    if (!way.includes(name)) checkUnit(files, name, machine, 'warning', report);
  }
  const version = systemdVersion(init.elf.needed);
  for (const { anyOf, purpose, since = 0, severity } of wayPrograms) {
    if (version < since) continue;
    const isForModules = anyOf.some((path) => path.endsWith('/modprobe'));
    checkProgram(files, anyOf, machine, report, {
      severity: isForModules && !hasModules ? 'warning' : severity,
      check: 'systemd',
      message: purpose,
    });
  }
  checkRules(files, report);
}

/** All names that are reached from the first ones, themselves among them. */
function closure(
  files: ImageFiles,
  first: readonly string[],
  kinds: readonly Parameters<typeof dependenciesOf>[3][],
): readonly string[] {
  const names = new Set(first);
  // A set goes on to what is added while it is walked.
  for (const name of names) {
    const unit = findUnit(files, name);
    if (unit.type !== 'loaded') continue;
    for (const kind of kinds) {
      for (const other of dependenciesOf(files, name, unit, kind)) names.add(other);
    }
  }
  // Made by systemd itself, from the running system.
  return [...names].filter((name) => !/\.(?:device|slice|scope)$|^-\.mount$|%/.test(name));
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
  if (!name.endsWith('.service')) return;
  const commands = unitList(unit.settings, 'Service', 'ExecStart').map(parseCommand);
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

interface UnitCommand {
  /** Undefined where it is known only when the unit runs. */
  readonly program: string | undefined;
  readonly mayFail: boolean;
}

/** The first word of ExecStart=, without the prefixes of systemd.service(5). */
function parseCommand(line: string): UnitCommand {
  const [, prefixes = '', word = ''] = /^([-@:+!|]*)\s*(?:"([^"]*)"|(\S+))?/.exec(line) ?? [];
  const bare = /^[-@:+!|]*\s*"?([^"\s]*)/.exec(line)?.[1] ?? word;
  const known = bare !== '' && !/[%$]/.test(bare);
  return { program: known ? bare : undefined, mayFail: prefixes.includes('-') };
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
  const own = `${program.elf.machine}/${program.elf.bits}`;
  return own === machine
    ? undefined
    : `"${program.path}" is for machine ${own}, /init is for ${machine}`;
}

/** By the name of the library that /init shares with its own programs; 0 where it has none. */
function systemdVersion(needed: readonly string[]): number {
  const versions = needed.map((name) => /^libsystemd-(?:core|shared)-(\d+)/.exec(name)?.[1]);
  return Number(versions.find((version) => version !== undefined) ?? 0);
}

const ruleDirectories = [
  '/etc/udev/rules.d',
  '/usr/local/lib/udev/rules.d',
  '/usr/lib/udev/rules.d',
  '/lib/udev/rules.d',
];

/** As with units the first directory counts, and an empty file or a link to /dev/null masks (udev(7)). */
function checkRules(files: ImageFiles, report: Report): void {
  for (const { name, word, purpose } of wayRules) {
    const path = ruleDirectories
      .map((directory) => files.lookup(`${directory}/${name}`))
      .find(({ type, path: end }) => type === 'found' || end === 'dev/null')?.path;
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
