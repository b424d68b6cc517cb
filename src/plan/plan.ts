import type { Config } from '../model/config.ts';
import type { HostFacts, ModuleInfo } from '../model/facts.ts';
import type { Sourced } from '../model/origin.ts';
import type { ModulePlan, PackagePlan, Plan, Reasoned, RootPlan } from '../model/plan.ts';
import type { Reason } from '../model/reason.ts';
import { crypttabProblems } from './crypttab-words.ts';
import { selectFirmware } from './firmware.ts';
import { firmwareWarnings } from './firmware-warnings.ts';
import { hostEntries } from './host-entries.ts';
import { initramfsAddressWarnings } from './initramfs-address.ts';
import { selectMicrocode } from './microcode.ts';
import { packageSources } from './package-sources.ts';
import { buildProblems } from './module-builds.ts';
import { planParts } from './parts.ts';
import { assertMountable, unseenWarnings, unservedWarnings } from './storage/assert-mountable.ts';
import { networkWordProblems } from './storage/network-words.ts';
import { unconnectedProblems } from './storage/unconnected.ts';
import { unopenedProblems } from './storage/unopened.ts';
import { unknownModuleWords } from './word-warnings.ts';
import { programNeeds } from './storage/program-needs.ts';
import { stoppedNeeds } from './storage/stopped-needs.ts';

/** The whole build, decided. `infos` holds the `.modinfo` of the chosen modules by path. */
export function makePlan(
  config: Config,
  facts: HostFacts,
  modules: ModulePlan,
  infos: ReadonlyMap<string, ModuleInfo>,
  options: {
    readonly generic: boolean;
    readonly offline: boolean;
    /** Profiles that the host asks for, whether they exist or not. */
    readonly suggestedProfiles?: readonly Sourced<string, Reason>[];
  },
): Plan {
  const { suggestedProfiles = [] } = options;
  assertMountable(config, facts, modules, suggestedProfiles, infos);
  const firmware = selectFirmware(config, facts, modules, infos);
  const microcode = selectMicrocode(facts, options);
  const host = hostEntries(facts, modules, {
    profiles: config.profiles.map(({ value }) => value),
    bootRecord: config.bootRecord,
  });
  const { parts, warnings } = planParts(config, facts, { microcode, modules, firmware, host });
  return {
    version: 3,
    kernelVersion: facts.kernel.version,
    architecture: facts.architecture,
    distribution: { id: facts.os.id, version: facts.os.versionId ?? null },
    generic: options.generic,
    storage: facts.storage,
    profiles: sortedWords(config.profiles),
    packages: packagePlan(config, facts, options.offline),
    managerFrom: facts.managerFrom,
    root: rootPlan(config),
    modules,
    firmware,
    programs: programNeeds(facts.storage),
    microcode,
    host,
    parts,
    output: { format: config.format, name: config.output },
    sourceDateEpoch: config.sourceDateEpoch ?? null,
    configFiles: config.files,
    warnings: [
      ...config.warnings,
      ...facts.warnings,
      ...unservedWarnings(config, facts, suggestedProfiles),
      ...unseenWarnings(facts),
      ...unopenedProblems(config, facts).map(({ message }) => message),
      ...unconnectedProblems(config, facts).map(({ message }) => message),
      ...networkWordProblems(facts).map(({ message }) => message),
      ...initramfsAddressWarnings(config, facts),
      ...unknownModuleWords(config, facts.kernel.modules),
      ...crypttabProblems(facts.crypttab).map(({ message }) => message),
      ...stoppedNeeds(facts, modules).map(({ message }) => message),
      ...buildProblems(facts, modules, infos).map(({ message }) => message),
      ...firmwareWarnings(modules, infos, firmware),
      ...warnings,
    ],
  };
}

function packagePlan(config: Config, facts: HostFacts, offline: boolean): PackagePlan {
  return {
    manager: facts.manager,
    install: sortedWords(config.packages),
    remove: sortedWords(config.removePackages),
    withRecommends: config.withRecommends,
    withDocs: config.withDocs,
    ...packageSources(config.sources, { offline }),
  };
}

function rootPlan(config: Config): RootPlan {
  return {
    locale: config.locale,
    extraTrees: config.extraTrees.map(({ value, from }) => ({ ...value, from })),
    postinst: config.postinstScripts.map(({ value, from }) => ({ ...value, from })),
    finalize: config.finalizeScripts.map(({ value, from }) => ({ ...value, from })),
    ownPackages: [...new Set(config.ownPackages)].sort(),
    removeFiles: config.removeFiles,
    removeUnusedLibraries: config.removeUnusedLibraries,
    cleanPackageMetadata: config.cleanPackageMetadata,
    environment: config.environment,
    rootPassword: config.rootPassword === undefined ? 'locked' : 'set',
  };
}

function sortedWords(words: readonly Sourced<string, Reason>[]): readonly Reasoned[] {
  const unique = new Map(words.map((word) => [word.value, word]));
  return [...unique.values()].sort((a, b) => (a.value < b.value ? -1 : 1));
}
