// modules.dep (modules.dep(5)): `PATH: PATH PATH`, the right side transitive, as depmod wrote it.
import { BuildError } from '../model/errors.ts';
import type { ModuleRecord } from '../model/facts.ts';
import { moduleName } from './module-name.ts';

/**
 * Path to its record, in the order of the file.
 * @throws BuildError with the line's number where a line is no `PATH: …`
 */
export function parseModulesDep(text: string): Map<string, ModuleRecord> {
  const records = new Map<string, ModuleRecord>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const colon = line.indexOf(':');
    if (colon <= 0) {
      throw new BuildError(
        `Cannot read modules.dep, line ${index + 1}: found "${line.slice(0, 80)}", wanted "PATH: PATH…"`,
        { hint: 'Run depmod for this kernel' },
      );
    }
    const path = relative(line.slice(0, colon));
    const rest = line.slice(colon + 1).trim();
    const dependencies = rest === '' ? [] : rest.split(/[ \t]+/).map(relative);
    records.set(path, { name: moduleName(path), path, dependencies });
  }
  return records;
}

// depmod writes paths from the root where the modules lie below another one than it expects.
function relative(path: string): string {
  return path.startsWith('/') ? path.replace(/^\/(?:[^/]+\/)*?modules\/[^/]+\//, '') : path;
}
