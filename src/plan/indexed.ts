import { moduleName } from '../formats/module-name.ts';
import type { HostFacts, ModuleInfo } from '../model/facts.ts';
import type { ModulePlan } from '../model/plan.ts';

/**
 * True where the kernel's indexes have everything that the chosen modules say of themselves: they were written of these
 * very files, and those of the image can be taken out of them.
 */
export function isIndexed(
  { kernel: { modules: index } }: Pick<HostFacts, 'kernel'>,
  { files }: Pick<ModulePlan, 'files'>,
  infos: ReadonlyMap<string, ModuleInfo>,
): boolean {
  const names = new Set(files.map(({ name }) => name));
  const aliases = new Map<string, Set<string>>();
  for (const { pattern, module } of index.aliases) {
    if (!names.has(module)) continue;
    const own = aliases.get(module);
    if (own === undefined) aliases.set(module, new Set([pattern]));
    else own.add(pattern);
  }
  return files.every(({ name, path }) => {
    const [record, info] = [index.paths.get(path), infos.get(path)];
    if (record === undefined || info === undefined) return false;
    const needed = new Set(record.dependencies.map(moduleName));
    const soft = index.softdeps.get(name) ?? [];
    return (
      info.depends.every((each) => needed.has(each) || index.builtin.has(each)) &&
      info.softdeps.every((each) => soft.includes(each)) &&
      info.aliases.every((each) => aliases.get(name)?.has(each) === true)
    );
  });
}
