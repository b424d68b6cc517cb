// Walks the units of the image as a start job does (systemd.unit(5)).
import { unitList } from '../formats/unit.ts';
import { wayUnits } from './boot-way.ts';
import type { ImageFiles } from './file-facts.ts';
import { dependenciesOf, findUnit, type Dependency, type LoadedUnit } from './units.ts';

/** The units without which the way to the real root ends: those of the table, with all that they require. */
export function requiredUnits(files: ImageFiles): readonly string[] {
  return closure(files, wayUnits, ['Requires', 'Requisite', 'BindsTo']);
}

/** All names that are reached from the first ones, themselves among them. */
export function closure(
  files: ImageFiles,
  first: readonly string[],
  kinds: readonly Dependency[],
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

/** The units that a start of the first one starts, by what they ask for and by the commands that they run. */
export function startedFrom(files: ImageFiles, first: string): ReadonlySet<string> {
  const names = new Set([first]);
  for (const name of names) {
    const unit = findUnit(files, name);
    if (unit.type !== 'loaded') continue;
    for (const kind of startingKinds) {
      for (const other of dependenciesOf(files, name, unit, kind)) names.add(other);
    }
    // `systemctl --no-block start initrd-cleanup.service`
    for (const line of unitList(unit.settings, 'Service', 'ExecStart')) {
      for (const word of line.split(/\s+/))
        if (/^[\w@-]+\.(?:service|target)$/.test(word)) names.add(word);
    }
  }
  return names;
}

const startingKinds: readonly Dependency[] = [
  'Requires',
  'Requisite',
  'BindsTo',
  'Wants',
  'Upholds',
  'OnSuccess',
];

export interface UnitCommand {
  /** Undefined where it is known only when the unit runs. */
  readonly program: string | undefined;
  readonly mayFail: boolean;
}

/** The programs that a service starts. */
export function commandsOf({ settings }: LoadedUnit): readonly UnitCommand[] {
  return unitList(settings, 'Service', 'ExecStart').map(parseCommand);
}

/** The first word of ExecStart=, without the prefixes of systemd.service(5). */
function parseCommand(line: string): UnitCommand {
  const [, prefixes = '', word = ''] = /^([-@:+!|]*)\s*"?([^"\s]*)/.exec(line) ?? [];
  const isKnown = word !== '' && !/[%$]/.test(word);
  return { program: isKnown ? word : undefined, mayFail: prefixes.includes('-') };
}
