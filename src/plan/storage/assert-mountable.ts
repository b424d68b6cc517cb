import type { Config } from '../../model/config.ts';
import { BuildError } from '../../model/errors.ts';
import type { HostFacts, ModuleInfo } from '../../model/facts.ts';
import { describeOrigin, type Sourced } from '../../model/origin.ts';
import type { ModulePlan, RootNeed } from '../../model/plan.ts';
import { describeReason, type Reason } from '../../model/reason.ts';
import { crypttabProblems } from '../crypttab-words.ts';
import { buildProblems } from '../module-builds.ts';
import { neededProfiles } from '../profiles.ts';
import { fileSystem } from './file-systems.ts';
import { tokenProfiles } from './layers.ts';
import { networkWordProblems } from './network-words.ts';
import { stoppedNeeds } from './stopped-needs.ts';
import { unconnectedProblems } from './unconnected.ts';
import { unopenedProblems } from './unopened.ts';

/**
 * Refuses, before anything is built, an image that could not mount / or what else the boot waits for.
 * @throws BuildError naming each module that this kernel lacks or a pattern leaves out, each layer whose profile does not exist or is
 *   forbidden, each disk of another machine that nothing connects, each word of the command line for a root that nothing mounts, and each line of crypttab and
 *   modprobe.d with which what lies under them does not come up
 */
export function assertMountable(
  config: Config,
  facts: HostFacts,
  modules: ModulePlan,
  suggested: readonly Sourced<string, Reason>[],
  infos: ReadonlyMap<string, ModuleInfo>,
): void {
  const problems = [
    ...unservedProfiles(config, facts, suggested).filter(({ isNeeded }) => isNeeded),
    ...forbiddenNeeds(config, facts),
    ...unmetNeeds(facts, modules),
    ...stoppedNeeds(facts, modules).filter(({ isNeeded }) => isNeeded),
    ...buildProblems(facts, modules, infos).filter(({ isNeeded }) => isNeeded),
    ...unopenedProblems(config, facts).filter(({ isNeeded }) => isNeeded),
    ...unconnectedProblems(config, facts).filter(({ isNeeded }) => isNeeded),
    ...networkWordProblems(facts).filter(({ isNeeded }) => isNeeded),
    ...crypttabProblems(facts.crypttab).filter(({ isNeeded }) => isNeeded),
  ];
  const [first] = problems;
  if (first === undefined) return;
  throw new BuildError(
    [
      `Cannot build an initrd that boots this host with kernel ${facts.kernel.version}:`,
      ...problems.map(({ message }) => `- ${message}`),
    ].join('\n'),
    { hint: first.hint },
  );
}

/** Sentences about profiles that the host asks for, that do not exist, and without which it may boot all the same. */
export function unservedWarnings(
  config: Config,
  facts: HostFacts,
  suggested: readonly Sourced<string, Reason>[],
): readonly string[] {
  return unservedProfiles(config, facts, suggested)
    .filter(({ isNeeded }) => !isNeeded)
    .map(({ message }) => `${message}; the initrd is made without`);
}

/** Sentences about file systems of fstab that are not mounted, so that nothing is known of their devices. */
export function unseenWarnings({ storage }: HostFacts): readonly string[] {
  return storage.flatMap(({ purpose, required, source, fileSystem: name, below }) =>
    required && purpose !== '/' && below.length === 0 && fileSystem(name).liesIn === undefined
      ? [
          `Cannot see which devices ${purpose} (${source}) lies on, as it is not there now: mount it and build again, ` +
            'or name what it needs with Profiles= and KernelModules=',
        ]
      : [],
  );
}

interface Problem {
  readonly message: string;
  readonly hint: string;
}

function unservedProfiles(
  config: Config,
  { storage }: HostFacts,
  suggested: readonly Sourced<string, Reason>[],
): readonly (Problem & { readonly isNeeded: boolean })[] {
  const known = new Set(
    [...config.profiles, ...config.forbiddenProfiles].map(({ value }) => value),
  );
  const needed = new Set<string>(
    storage.filter(({ required }) => required).map(({ purpose }) => purpose),
  );
  return suggested
    .filter(({ value }) => !known.has(value))
    .map(({ value, from }) => ({
      message: `${describeReason(from)} asks for the profile "${value}", and there is none`,
      hint: `Write one: put a drop-in with the Packages= that it needs into /etc/pkginitrd/profiles/${value}`,
      isNeeded: from.type === 'under' && needed.has(from.purpose),
    }));
}

/**
 * Profiles that the drop-ins forbid, and without which what the boot waits for does not come up. A device that opens LUKS can
 * be done without: a passphrase does, too.
 */
function forbiddenNeeds({ forbiddenProfiles }: Config, { storage }: HostFacts): readonly Problem[] {
  const needed = neededProfiles(storage.filter(({ required }) => required));
  const openers = new Set(tokenProfiles.values());
  return forbiddenProfiles.flatMap(({ value, from }) => {
    const reason = needed.get(value);
    if (reason === undefined || openers.has(value)) return [];
    const where = describeOrigin(from);
    return [
      {
        message: `${where}: "-${value}" forbids the profile "${value}", for which ${describeReason(reason)} asks`,
        hint: `Take "-${value}" out, or give "--profile=${value}" for this one image`,
      },
    ];
  });
}

function unmetNeeds({ kernel }: HostFacts, modules: ModulePlan): readonly Problem[] {
  const chosen = new Set(modules.files.map(({ name }) => name));
  const leftOut = new Map(modules.leftOut.map(({ name, by }) => [name, by]));
  const isThere = (name: string): boolean => chosen.has(name) || kernel.modules.builtin.has(name);
  return modules.rootNeeds
    .filter(({ strict, anyOf }) => strict && !anyOf.some(isThere))
    .map(({ what, anyOf }) => {
      const by = anyOf.flatMap((name) => leftOut.get(name) ?? []).at(0);
      return by === undefined ? nowhere({ what, anyOf }) : excluded({ what, anyOf }, by);
    });
}

function nowhere({ what, anyOf }: Pick<RootNeed, 'what' | 'anyOf'>): Problem {
  const names = anyOf.map((name) => `"${name}"`).join(' or ');
  return {
    message: `${what} needs ${names}, which is neither a module of this kernel nor built in`,
    hint: 'Install the module for this kernel, with DKMS wait until it is built, or choose another kernel',
  };
}

function excluded({ what, anyOf }: Pick<RootNeed, 'what' | 'anyOf'>, by: Reason): Problem {
  const names = anyOf.map((name) => `"${name}"`).join(' or ');
  return {
    message: `${what} needs ${names}, which ${describeReason(by)} leaves out`,
    hint: 'Take the exclusion back',
  };
}
