import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../src/config/load.ts';
import { readBoot } from '../../src/host/boot.ts';
import { readHostFacts } from '../../src/host/facts.ts';
import { readOs } from '../../src/host/os.ts';
import { absolutePath } from '../../src/model/brands.ts';
import type { Assignment, Config } from '../../src/model/config.ts';
import type { HostFacts } from '../../src/model/facts.ts';
import type { ModulePlan } from '../../src/model/plan.ts';
import { isStorageKnown, suggestedProfiles } from '../../src/plan/profiles.ts';
import { selectModules } from '../../src/plan/select-modules.ts';
import { makeSys } from '../../src/sys/sys.ts';
import type { Kernel } from '../helpers/kernel.ts';
import { plant, scratch, type Tree } from '../helpers/scratch.ts';

export interface Selected {
  readonly config: Config;
  readonly facts: HostFacts;
  readonly modules: ModulePlan;
  readonly names: ReadonlySet<string>;
}

export interface SelectOptions {
  readonly generic?: boolean;
  /** KernelModules= after the drop-ins'; a first empty word resets them. */
  readonly kernelModules?: readonly string[];
  /** Named by the user. */
  readonly profiles?: readonly string[];
}

/** The modules that our drop-ins choose for a host made of `tree` and a kernel of the fixtures. */
export function select(
  t: TestContext,
  tree: Tree,
  kernel: Pick<Kernel, 'root'>,
  { generic = false, kernelModules = [], profiles = [] }: SelectOptions = {},
): Selected {
  const sys = makeSys({ searchPath: '/usr/bin:/bin' });
  const hostRoot = plant(scratch(t), tree);
  const os = readOs(sys.root(hostRoot));
  const boot = readBoot(sys, { hostRoot, generic });
  const config = loadConfig(sys, {
    hostRoot,
    vendorDirectory: absolutePath(fileURLToPath(new URL('../../dropins', import.meta.url))),
    facts: {
      distribution: os.id,
      distributionLike: os.idLike,
      release: [os.versionId ?? ''],
      architecture: 'x86-64',
      systemdVersion: '257',
      storageKnown: isStorageKnown(boot),
    },
    profiles,
    suggestedProfiles: suggestedProfiles(boot),
    assignments: kernelModules.map(assignment),
    generic,
  });
  const facts = readHostFacts(sys, {
    hostRoot,
    kernelRoot: absolutePath(kernel.root),
    kernelVersion: undefined,
    loadedModulesFile: undefined,
    generic,
    architecture: 'x86-64',
    os,
    boot,
  });
  const modules = selectModules(config, facts);
  return { config, facts, modules, names: new Set(modules.files.map(({ name }) => name)) };
}

function assignment(value: string): Assignment {
  return {
    section: 'Content',
    key: 'KernelModules',
    value,
    from: { type: 'flag', flag: '--kernel-modules' },
  };
}
