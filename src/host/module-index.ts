import { parseModulesAlias } from '../formats/modules-alias.ts';
import { parseBuiltinModinfo } from '../formats/modinfo.ts';
import { parseModulesBin } from '../formats/modules-bin.ts';
import { parseModulesBuiltin } from '../formats/modules-builtin.ts';
import { parseModulesDep } from '../formats/modules-dep.ts';
import { parseModulesSoftdep } from '../formats/modules-softdep.ts';
import { parseModulesWeakdep } from '../formats/modules-weakdep.ts';
import type { FirmwareFile, FirmwareIndex, ModuleIndex } from '../model/facts.ts';
import type { RootFiles } from '../model/sys.ts';

/** kmod's indexes in a modules directory; modules.dep.bin serves where the text is missing. */
export function readModuleIndex(root: RootFiles, directory: string): ModuleIndex {
  const text = (name: string): string => root.readText(`${directory}/${name}`) ?? '';
  return {
    paths: parseModulesDep(
      root.readText(`${directory}/modules.dep`) ?? dependenciesOfBin(root, directory),
    ),
    aliases: parseModulesAlias(text('modules.alias')),
    builtin: parseModulesBuiltin(text('modules.builtin')),
    softdeps: parseModulesSoftdep(text('modules.softdep')),
    weakdeps: parseModulesWeakdep(text('modules.weakdep')),
    builtinInfo: parseBuiltinModinfo(
      root.readBytes(`${directory}/modules.builtin.modinfo`) ?? Buffer.alloc(0),
    ),
  };
}

/** Everything below usr/lib/firmware, without reading it. */
export function readFirmwareIndex(root: RootFiles): FirmwareIndex {
  const directory =
    root.stat('usr/lib/firmware') === undefined ? 'lib/firmware' : 'usr/lib/firmware';
  const files = new Map<string, FirmwareFile>();
  for (const entry of root.walk(directory)) {
    const path = entry.path.slice(directory.length + 1);
    if (entry.type === 'symlink') files.set(path, { type: 'symlink', target: entry.target ?? '' });
    else files.set(path, { type: entry.type === 'directory' ? 'directory' : 'file' });
  }
  return { directory, files };
}

function dependenciesOfBin(root: RootFiles, directory: string): string {
  const bytes = root.readBytes(`${directory}/modules.dep.bin`);
  if (bytes === undefined) return '';
  return [...parseModulesBin(bytes).values()].flat().join('\n');
}
