import type { Config } from '../model/config.ts';
import type { HostFacts, ModuleInfo } from '../model/facts.ts';
import type { ModulePlan } from '../model/plan.ts';
import { learnDependencies } from './learn-dependencies.ts';
import { selectModules } from './select-modules.ts';

/**
 * Chooses the modules, reads what the chosen ones say of themselves, and chooses again as long as that asks for
 * further ones; two rounds are enough for every kernel seen. `read` gets paths below the modules directory.
 */
export async function settleModules(
  config: Config,
  facts: HostFacts,
  read: (paths: readonly string[]) => Promise<ReadonlyMap<string, ModuleInfo>>,
): Promise<{
  readonly modules: ModulePlan;
  readonly infos: ReadonlyMap<string, ModuleInfo>;
}> {
  const infos = new Map<string, ModuleInfo>();
  for (let known = facts; ;) {
    const modules = selectModules(config, known);
    const unread = modules.files.map(({ path }) => path).filter((path) => !infos.has(path));
    for (const [path, info] of await read(unread)) infos.set(path, info);
    const learned = learnDependencies(known, infos);
    if (learned === undefined) return { modules, infos };
    known = learned;
  }
}
