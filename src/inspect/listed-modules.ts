import { parseModulePath } from '../formats/module-path.ts';
import type { ContentEntry } from '../model/contents.ts';
import type { ListedModule } from '../model/listing.ts';

/** The kernel modules among the entries. */
export function listedModules(entries: readonly ContentEntry[]): readonly ListedModule[] {
  return entries.flatMap(({ path, type, size: bytes }) => {
    const found = type === 'directory' ? undefined : parseModulePath(path);
    return found === undefined
      ? []
      : [{ name: found.name, kernelVersion: found.kernelVersion, path, bytes }];
  });
}
