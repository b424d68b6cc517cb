import { readHostFacts } from '../host/facts.ts';
import { readModuleInfos } from '../host/modinfo.ts';
import { readOs } from '../host/os.ts';
import type { AbsolutePath } from '../model/brands.ts';
import type { Compression, Config } from '../model/config.ts';
import type { OsFacts } from '../model/facts.ts';
import type { ImageRequest } from '../model/invocation.ts';
import type { Plan } from '../model/plan.ts';
import type { Sys } from '../model/sys.ts';
import { isIndexed } from '../plan/indexed.ts';
import { unpackable } from '../plan/parts.ts';
import { makePlan } from '../plan/plan.ts';
import { isStorageKnown, suggestedProfiles } from '../plan/profiles.ts';
import { settleModules } from '../plan/settle-modules.ts';
import { readWholeMachine, type Machine } from './machine.ts';
import { readConfig } from './read-config.ts';
import type { Surroundings } from './verb.ts';

/** The plan, and what carrying it out needs besides. The kernel's indexes, tens of megabytes, are not kept. */
export interface Decided {
  readonly plan: Plan;
  readonly config: Config;
  readonly os: OsFacts;
  readonly hostRoot: AbsolutePath;
  readonly kernelRoot: AbsolutePath;
  /** Those that the kernel can unpack, the best first. */
  readonly compressions: readonly Compression[];
  /** True where the indexes of the chosen modules can be taken out of the kernel's. */
  readonly isIndexed: boolean;
}

/** Reads the host and the configuration and makes the plan of them; changes nothing. */
export async function decide(
  sys: Sys,
  request: ImageRequest,
  { vendorDirectory, architecture }: Pick<Surroundings, 'vendorDirectory' | 'architecture'>,
  { boot, machine }: Machine = readWholeMachine(sys, request),
): Promise<Decided> {
  const { hostRoot, generic, offline } = request;
  const os = readOs(sys.root(hostRoot));
  const suggested = suggestedProfiles(boot);
  const config = readConfig(
    sys,
    { root: hostRoot, os },
    { vendorDirectory, architecture },
    {
      profiles: request.profiles,
      suggestedProfiles: suggested,
      assignments: request.assignments,
      generic,
      storageKnown: isStorageKnown(boot),
    },
  );
  const facts = readHostFacts(sys, {
    ...request,
    os,
    architecture,
    boot,
    machine,
    packageManager: config.packageManager,
    hostFiles: config.hostFiles,
    takesKeymap: config.profiles.some(({ value }) => value === 'keymap'),
  });
  const { kernel } = facts;
  const { modules, infos } = await settleModules(config, facts, (paths) =>
    readModuleInfos(sys, sys.root(kernel.root), kernel.modulesDirectory, paths),
  );
  return {
    plan: makePlan(config, facts, modules, infos, {
      generic,
      offline,
      suggestedProfiles: suggested,
    }),
    config,
    os,
    hostRoot,
    kernelRoot: kernel.root,
    compressions: unpackable(facts),
    isIndexed: isIndexed(facts, modules, infos),
  };
}
