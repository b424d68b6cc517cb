import { alternativesOf } from '../formats/package-word.ts';
import { moduleName } from '../formats/module-name.ts';
import type { Explanation, ExplainedKind, ExplanationLine } from '../model/explanation.ts';
import type { Plan } from '../model/plan.ts';
import type { Reason } from '../model/reason.ts';
import { reasonChain, reasonsBehind } from './reason-chain.ts';

/** The reasons for everything in the plan that bears the name: module, firmware, package, profile, file or script. */
export function explainPlanned(plan: Plan, name: string): readonly Explanation[] {
  return items(plan)
    .filter(({ names }) => names.some((each) => isCalled(each, name)))
    .map(({ kind, name: title, lines }) => ({ kind, name: title, lines }));
}

/** All names that `explainPlanned` knows. */
export function plannedNames(plan: Plan): readonly string[] {
  return items(plan).flatMap(({ names }) => names);
}

interface Item extends Explanation {
  /** The names that people may call it by. */
  readonly names: readonly string[];
}

function items(plan: Plan): readonly Item[] {
  const { modules, firmware, microcode, packages, profiles, host, root } = plan;
  const item = (
    kind: ExplainedKind,
    value: string,
    lines: readonly ExplanationLine[],
    names = [value],
  ): Item => ({ kind, name: value, lines, names });
  const of = (kind: ExplainedKind, value: string, from: Reason, names = [value]): Item =>
    item(kind, value, reasonChain(plan, null, from), names);
  return [
    ...modules.files.map(({ name, path, from }) =>
      of('module', `${name} (${path})`, from, [name, path, `${modules.directory}/${path}`]),
    ),
    ...modules.leftOut.map(({ name, wanted, by }) =>
      item('module left out', name, [
        { of: null, remark: { type: 'but', wanted, by } },
        ...reasonsBehind(plan, wanted),
      ]),
    ),
    ...modules.missing.map(({ value, from }) => of('module not in this kernel', value, from)),
    ...firmware.files.map(({ value, from }) =>
      of('firmware', value, from, [value, afterDirectory(value), plain(afterDirectory(value))]),
    ),
    ...firmware.missing.map(({ value, from }) => of('firmware not found', value, from)),
    ...microcode.flatMap(({ target, sources }) =>
      sources.map((source) =>
        of('microcode', source, { type: 'processor', target }, [
          source,
          afterDirectory(source),
          target,
        ]),
      ),
    ),
    ...profiles.map(({ value, from }) => of('profile', value, from)),
    ...packages.install.map(({ value, from }) =>
      of('package', value, from, [value, ...alternativesOf(value)]),
    ),
    ...packages.remove.map(({ value, from }) =>
      of('package removed again', value, from, [value, ...alternativesOf(value)]),
    ),
    ...host.map(({ path, from }) => of('file of the host', path, from)),
    ...root.extraTrees.map(({ source, target, from }) =>
      of('tree', source, from, [source, target]),
    ),
    ...[...root.postinst, ...root.finalize].map(({ path, from }) => of('script', path, from)),
  ];
}

function afterDirectory(path: string): string {
  return path.replace(/^(?:usr\/)?lib\/firmware\//, '');
}

function plain(path: string): string {
  return path.replace(/\.(?:xz|zst)$/, '');
}

/** Modules are the same with `-` and `_`; paths may be written with or without the first slash. */
function isCalled(name: string, wanted: string): boolean {
  const bare = wanted.replace(/^\//, '');
  if (name.replace(/^\//, '') === bare) return true;
  // A program may be called as a module is.
  const mayBeModule = !bare.includes('/') || /\.ko(?:\.\w+)?$/.test(bare);
  return mayBeModule && name === moduleName(bare);
}
