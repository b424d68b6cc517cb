import { fnmatch } from '../formats/fnmatch.ts';
import { indexAliases } from '../formats/modules-alias.ts';
import type { ModprobeLine } from '../model/facts.ts';
import type { Reason } from '../model/reason.ts';

/** What modprobe.d(5) says about modules, looked up as libkmod does. */
export interface ModprobeRules {
  /** Modules that a name or alias stands for there: all lines that match, and no module's own aliases or name besides. */
  readonly targetsOf: (word: string) => readonly Target[];
  /** Names and aliases of what is loaded before or after a module, or asked for by it. */
  readonly softdepsOf: (name: string) => readonly (readonly [word: string, from: Reason])[];
  /** The line that keeps a module from being loaded at all, also for another one that needs it. */
  readonly refusalOf: (name: string) => Reason | undefined;
  /** The line by which neither an alias nor udev loads a module; another one that needs it does. */
  readonly blacklistOf: (name: string) => Reason | undefined;
  /** The line whose command is run in place of loading a module, if it is not one that does nothing. */
  readonly commandOf: (name: string) => Reason | undefined;
}

export interface Target {
  /** A name that no module has switches an alias off. */
  readonly module: string;
  readonly from: Reason;
}

export function modprobeRules(lines: readonly ModprobeLine[]): ModprobeRules {
  const aliases = lines.filter((line) => line.type === 'alias');
  // Each line is a module of its own here, so that it is found again.
  const find = indexAliases(aliases.map(({ pattern }, index) => ({ pattern, module: `${index}` })));
  const blacklisted = new Map(
    lines.flatMap((line) => (line.type === 'blacklist' ? [[line.module, line.from]] : [])),
  );
  const refused = new Map(
    lines.flatMap((line) => (line.type === 'refused' ? [[line.module, line.from]] : [])),
  );
  const installs = lines.filter((line) => line.type === 'install');
  const dependencies = (['softdep', 'weakdep'] as const).map((type) =>
    lines.filter((line): line is Dependency => line.type === type),
  );
  // Of several lines for a module the first counts.
  const matching = <T extends Line>(among: readonly T[], name: string): T | undefined =>
    among.find(({ pattern }) => fnmatch(pattern, name));
  return {
    targetsOf: (word) => find(word).flatMap((index) => aliases[Number(index)] ?? []),
    softdepsOf: (name) =>
      dependencies.flatMap((kind) => {
        const line = matching(kind, name);
        return line?.words.map((word) => [word, line.from] as const) ?? [];
      }),
    refusalOf: (name) => {
      const line = matching(installs, name);
      const isIdle = line !== undefined && doesNothing(line.command);
      return refused.get(name) ?? (isIdle ? line.from : undefined);
    },
    blacklistOf: (name) => blacklisted.get(name),
    commandOf: (name) => {
      const line = matching(installs, name);
      return line === undefined || doesNothing(line.command) ? undefined : line.from;
    },
  };
}

type Line = Extract<ModprobeLine, { readonly pattern: string }>;
type Dependency = Extract<ModprobeLine, { readonly words: readonly string[] }>;

// `install usb-storage /bin/false` and its like are how a module is forbidden.
function doesNothing(command: string): boolean {
  return (
    /^(?:\/\S*\/)?(?:true|false|nologin|:|exit|echo|logger)(?:\s|;|$)/.test(command) &&
    !/modprobe|insmod/.test(command)
  );
}
