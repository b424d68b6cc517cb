import { explainFile } from '../inspect/explain-file.ts';
import { explainPlanned } from '../inspect/explain-planned.ts';
import { kernelVersion, type AbsolutePath } from '../model/brands.ts';
import type { BootRecord, Diagnosis, LeftOut } from '../model/boot-record.ts';
import type { Explanation, ExplanationLine } from '../model/explanation.ts';
import type { ModuleIndex } from '../model/facts.ts';
import type { ImageRequest } from '../model/invocation.ts';
import type { Plan } from '../model/plan.ts';
import type { Sys } from '../model/sys.ts';
import { readHostOwners } from '../packages/install.ts';
import { explainModule } from '../plan/explain-module.ts';
import { explainProfile } from '../plan/explain-profile.ts';
import { moduleRules } from '../plan/patterns.ts';
import { isStorageKnown, suggestedProfiles } from '../plan/profiles.ts';
import { decide, type Decided } from './decide.ts';
import { readWholeMachine, type Machine } from './machine.ts';
import { rememberedImages } from './placed-images.ts';
import { readConfig } from './read-config.ts';
import type { Surroundings } from './verb.ts';

/** The plan that a record is held against: what a build now makes, and what that image was made by where it is remembered. */
export interface Compared {
  readonly decided: Decided;
  readonly request: ImageRequest;
  readonly machine: Machine;
  /** The image that failed; null where it is not remembered. */
  readonly image: AbsolutePath | null;
  readonly planThen: Plan | undefined;
  readonly remarks: readonly string[];
}

/** Makes the plan of the kernel that failed. Throws what a build would. */
export async function planOf(
  sys: Sys,
  hostRoot: AbsolutePath,
  { image, isGeneric, kernelVersion: kernel }: BootRecord,
  surroundings: Surroundings,
): Promise<Compared> {
  const placed = rememberedImages(sys).find(
    (each) => image !== null && each.placed.manifest === image,
  )?.placed;
  const hasKernel = ['usr/lib/modules', 'lib/modules'].some(
    (directory) => sys.root(hostRoot).stat(`${directory}/${kernel}`) !== undefined,
  );
  const request = placed?.request ?? {
    ...{ kernelVersion: hasKernel ? kernelVersion(kernel) : undefined, hostRoot },
    ...{ kernelRoot: undefined, loadedModulesFile: undefined },
    ...{ generic: isGeneric ?? false, offline: true, assignments: [], profiles: [] },
  };
  const machine = readWholeMachine(sys, request);
  const decided = await decide(sys, request, surroundings, machine);
  return {
    ...{ decided, request, machine },
    image: placed?.image ?? null,
    planThen: placed?.plan,
    remarks: [
      ...(placed === undefined
        ? [
            'The image that failed is not remembered, or another one has taken its place: compared with what a build now makes',
          ]
        : []),
      ...(hasKernel || placed !== undefined
        ? []
        : [`Kernel ${kernel} is not there any more: compared with ${decided.plan.kernelVersion}`]),
    ],
  };
}

/** Why a thing is not in the image: by the plan of then, else by the rules of now. */
export async function explainLeftOut(
  sys: Sys,
  compared: Compared,
  index: ModuleIndex,
  leftOut: LeftOut,
  surroundings: Surroundings,
): Promise<Diagnosis> {
  const { config, plan, hostRoot } = compared.decided;
  switch (leftOut.type) {
    case 'driver':
    case 'module': {
      const { module } = leftOut;
      const now = explainPlanned(plan, module);
      const before = explainPlanned(compared.planThen ?? plan, module);
      return diagnosis(leftOut, now, [
        ...before.filter(({ kind }) => kind === 'module left out'),
        ...now.filter(({ kind }) => kind === 'module' || kind === 'module left out'),
        ...withProfiles(sys, compared, index, module, surroundings),
      ]);
    }
    case 'profile': {
      if (!config.availableProfiles.includes(leftOut.profile)) {
        return {
          leftOut,
          isTakenNow: false,
          lines: [{ of: null, remark: { type: 'no such profile' } }],
        };
      }
      const now = explainPlanned(plan, leftOut.profile).filter(({ kind }) => kind === 'profile');
      return diagnosis(leftOut, now, [...now, ...explainProfile(config, leftOut.profile)]);
    }
    case 'program': {
      const owners = await readHostOwners(sys, plan.packages.manager, hostRoot);
      return diagnosis(leftOut, [], explainFile(plan, owners, undefined, leftOut.path));
    }
    default:
      return leftOut satisfies never;
  }
}

/** The first explanation is the one that counts; a module may stand in several lists. */
function diagnosis(
  leftOut: LeftOut,
  now: readonly Explanation[],
  [first]: readonly Explanation[],
): Diagnosis {
  const isTakenNow = now.some(({ kind }) => kind === 'module' || kind === 'profile');
  return { leftOut, isTakenNow, lines: first?.lines ?? [unknown] };
}

const unknown: ExplanationLine = { of: null, remark: { type: 'nobody asks' } };

/** What leaves a module out that no fact of the host asks for, with the profiles that would take it. */
function withProfiles(
  sys: Sys,
  compared: Compared,
  index: ModuleIndex,
  module: string,
  surroundings: Surroundings,
): readonly Explanation[] {
  return explainModule(compared.decided.config, index, module).map((explanation) => {
    const isExcluded = explanation.lines.some(({ remark }) => remark.type === 'excluded');
    if (isExcluded) return explanation;
    const taking = profilesThatTake(sys, compared, index, module, surroundings).map((word) => ({
      of: null,
      remark: { type: 'taken by', setting: 'Profiles', flag: 'profile', word } as const,
    }));
    return { ...explanation, lines: [...explanation.lines, ...taking] };
  });
}

function profilesThatTake(
  sys: Sys,
  { decided, request, machine }: Compared,
  index: ModuleIndex,
  module: string,
  surroundings: Surroundings,
): readonly string[] {
  const { config, os, hostRoot } = decided;
  const record = [...index.paths.values()].find(({ name }) => name === module);
  if (record === undefined) return [];
  const used = new Set(config.profiles.map(({ value }) => value));
  return config.availableProfiles
    .filter((name) => !used.has(name))
    .filter((name) => {
      const withProfile = readConfig(sys, { root: hostRoot, os }, surroundings, {
        profiles: [...request.profiles, name],
        suggestedProfiles: suggestedProfiles(machine.boot),
        assignments: request.assignments,
        generic: request.generic,
        storageKnown: isStorageKnown(machine.boot),
      });
      const rules = moduleRules(withProfile, new Map());
      const rule = rules.all[rules.placeOfLast(record.path, record.name)];
      return rule?.type === 'pattern' && !rule.exclude;
    });
}
