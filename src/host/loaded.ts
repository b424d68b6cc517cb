import { BuildError } from '../model/errors.ts';
import type { RootFiles } from '../model/sys.ts';
import type { AbsolutePath } from '../model/brands.ts';

export interface LoadedModules {
  readonly names: readonly string[];
  readonly warnings: readonly string[];
}

/** The first column of /proc/modules, or of a file that stands in for it. */
export function readLoadedModules(
  root: RootFiles,
  machine: RootFiles,
  file: AbsolutePath | undefined,
): LoadedModules {
  const text = file === undefined ? root.readText('/proc/modules') : machine.readText(file);
  if (text === undefined && file !== undefined) {
    throw new BuildError(`Cannot read the loaded modules: "${file}" is not there`);
  }
  if (text === undefined) {
    return {
      names: [],
      warnings: [
        'Cannot read /proc/modules of the host, only the modules that the drop-ins name are taken',
      ],
    };
  }
  const names = text
    .split('\n')
    .map((line) => line.split(' ', 1)[0] ?? '')
    .filter((name) => name !== '')
    .map((name) => name.replaceAll('-', '_'));
  return { names: [...new Set(names)].sort(), warnings: [] };
}
