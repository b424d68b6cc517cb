// modules.alias: `alias PATTERN MODULE` (modprobe.d(5)), matched with fnmatch(3) against a device's modalias.
import { fnmatch } from './fnmatch.ts';
import { normalizeAlias, normalizeModuleName } from './module-name.ts';

export interface ModuleAlias {
  /** With `_` for `-` outside of brackets. */
  readonly pattern: string;
  readonly module: string;
}

/** Patterns may hold blanks, module names cannot: a line is split at its last blank. */
export function parseModulesAlias(text: string): ModuleAlias[] {
  return text.split('\n').flatMap((line) => {
    const [, pattern, module] = /^alias\s+(\S.*?)\s+(\S+)\s*$/.exec(line) ?? [];
    if (pattern === undefined || module === undefined) return [];
    return [{ pattern: normalizeAlias(pattern), module: normalizeModuleName(module) }];
  });
}

/** Every module that says it drives the device, in the order of the index, without repeats. */
export function modulesForAlias(aliases: readonly ModuleAlias[], modalias: string): string[] {
  const wanted = normalizeAlias(modalias);
  const matching = aliases.filter(({ pattern }) => fnmatch(pattern, wanted));
  return [...new Set(matching.map(({ module }) => module))];
}
