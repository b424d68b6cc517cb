import { MODULE_SUFFIX, normalizeAlias, normalizeModuleName } from '../formats/module-name.ts';
import { parseModulesAlias } from '../formats/modules-alias.ts';
import { parseBuiltinModinfo } from '../formats/modinfo.ts';
import { parseModulesBin } from '../formats/modules-bin.ts';
import { parseModulesBuiltin } from '../formats/modules-builtin.ts';
import { parseModulesDep } from '../formats/modules-dep.ts';
import { parseModulesSoftdep } from '../formats/modules-softdep.ts';
import { parseModulesWeakdep } from '../formats/modules-weakdep.ts';
import type { FirmwareFile, FirmwareIndex, ModuleAlias, ModuleIndex } from '../model/facts.ts';
import { BuildError } from '../model/errors.ts';
import type { RootFiles } from '../model/sys.ts';

/**
 * kmod's indexes in a modules directory. The binary ones, which modprobe itself reads, serve where a text is missing;
 * kmod writes no binary of the soft and weak dependencies, those are then in the modules themselves.
 */
export function readModuleIndex(root: RootFiles, directory: string): ModuleIndex {
  const text = (name: string): string | undefined => root.readText(`${directory}/${name}`);
  const aliases = (name: string): readonly ModuleAlias[] => {
    const lines = text(name);
    return lines === undefined ? aliasesOfBin(root, directory, name) : parseModulesAlias(lines);
  };
  const paths = parseModulesDep(text('modules.dep') ?? dependenciesOfBin(root, directory));
  assertIndexed(root, directory, paths);
  return {
    paths,
    aliases: [...aliases('modules.alias'), ...aliases('modules.symbols')],
    builtin: parseModulesBuiltin(text('modules.builtin') ?? builtinOfBin(root, directory)),
    softdeps: parseModulesSoftdep(text('modules.softdep') ?? ''),
    weakdeps: parseModulesWeakdep(text('modules.weakdep') ?? ''),
    builtinInfo: parseBuiltinModinfo(
      root.readBytes(`${directory}/modules.builtin.modinfo`) ?? Buffer.alloc(0),
    ),
  };
}

/**
 * Modules that replace the kernel's own, by DKMS for one: depmod has to run once more when they come.
 * @throws BuildError where the index does not know one of them
 */
function assertIndexed(
  root: RootFiles,
  directory: string,
  paths: ReadonlyMap<string, unknown>,
): void {
  for (const place of ['updates', 'extra', 'weak-updates']) {
    for (const entry of root.outline(`${directory}/${place}`)) {
      const path = `${place}/${entry.path.split(`/${place}/`).slice(1).join(`/${place}/`)}`;
      if (!MODULE_SUFFIX.test(path) || entry.type === 'directory' || paths.has(path)) continue;
      throw new BuildError(
        `Cannot use the modules in "${directory}": modules.dep does not have "${path}"`,
        { hint: `Run: depmod ${directory.slice(directory.lastIndexOf('/') + 1)}` },
      );
    }
  }
}

/** Everything below usr/lib/firmware, without reading it. */
export function readFirmwareIndex(root: RootFiles): FirmwareIndex {
  const directory =
    root.stat('usr/lib/firmware') === undefined ? 'lib/firmware' : 'usr/lib/firmware';
  const files = new Map<string, FirmwareFile>();
  for (const entry of root.outline(directory)) {
    const path = entry.path.slice(directory.length + 1);
    if (entry.type === 'symlink') files.set(path, { type: 'symlink', target: entry.target ?? '' });
    else files.set(path, { type: entry.type === 'directory' ? 'directory' : 'file' });
  }
  return { directory, files };
}

function dependenciesOfBin(root: RootFiles, directory: string): string {
  return [...binary(root, directory, 'modules.dep').values()].flat().join('\n');
}

function builtinOfBin(root: RootFiles, directory: string): string {
  return [...binary(root, directory, 'modules.builtin').keys()].join('\n');
}

function aliasesOfBin(root: RootFiles, directory: string, name: string): readonly ModuleAlias[] {
  return [...binary(root, directory, name)].flatMap(([pattern, modules]) =>
    modules.map((module) => ({
      pattern: normalizeAlias(pattern),
      module: normalizeModuleName(module),
    })),
  );
}

function binary(
  root: RootFiles,
  directory: string,
  name: string,
): ReadonlyMap<string, readonly string[]> {
  const bytes = root.readBytes(`${directory}/${name}.bin`);
  return bytes === undefined ? new Map() : parseModulesBin(bytes);
}
