// Modules that were built for another kernel than the one whose directory they lie in.
import { buildJudge, describeBuild } from '../formats/vermagic.ts';
import type { HostFacts, ModuleInfo, ModuleRecord } from '../model/facts.ts';
import type { ModulePlan } from '../model/plan.ts';

export interface BuildProblem {
  readonly message: string;
  readonly hint: string;
  /** True where a mount that the boot waits for does not come up because of it. */
  readonly isNeeded: boolean;
}

/** A sentence for each chosen module that the kernel does not load, or loads only if its symbols are the same. */
export function buildProblems(
  { kernel }: Pick<HostFacts, 'kernel'>,
  modules: ModulePlan,
  infos: ReadonlyMap<string, ModuleInfo>,
): readonly BuildProblem[] {
  const builds = modules.files.flatMap(({ name, path }) => {
    const info = infos.get(path);
    return info === undefined
      ? []
      : [{ name, path, vermagic: info.vermagic, machine: info.machine }];
  });
  const judge = buildJudge(kernel.version, builds);
  const judged = builds.map((build) => ({ ...build, verdict: judge(build) }));
  const needed = neededModules(kernel.modules.paths, modules);
  const isAnyRight = judged.some(({ verdict }) => verdict !== 'refused');
  return judged.flatMap((build): readonly BuildProblem[] => {
    const { name, path, verdict } = build;
    const hint = `Build it for this kernel (dkms autoinstall -k ${kernel.version}), or reinstall the package that ships it`;
    const about = `Module "${path}" ${describeBuild(build)}`;
    switch (verdict) {
      case 'loads':
        return [];
      case 'by its symbols': {
        // The distribution's own way for modules of other kernels, whose symbols it has compared.
        if (path.startsWith('weak-updates/')) return [];
        const message = `${about}, and loads only if all that it uses of kernel ${kernel.version} is the same`;
        return [{ message, hint, isNeeded: false }];
      }
      case 'refused': {
        const message = `${about}, kernel ${kernel.version} does not load it`;
        return [{ message, hint, isNeeded: needed.has(name) || !isAnyRight }];
      }
      default:
        return verdict satisfies never;
    }
  });
}

/** Names of the modules under what the boot waits for, with all that they depend on. */
function neededModules(
  records: ReadonlyMap<string, ModuleRecord>,
  { files, rootNeeds }: ModulePlan,
): ReadonlySet<string> {
  const wanted = new Set(rootNeeds.filter(({ strict }) => strict).flatMap(({ anyOf }) => anyOf));
  const first = files.filter(({ name }) => wanted.has(name));
  return new Set(
    first.flatMap(({ name, path }) => [
      name,
      ...(records.get(path)?.dependencies ?? []).flatMap((other) => records.get(other)?.name ?? []),
    ]),
  );
}
