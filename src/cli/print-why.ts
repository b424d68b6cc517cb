import { moduleName } from '../formats/module-name.ts';
import type { Plan } from '../model/plan.ts';
import { printStorage } from './print-storage.ts';

/**
 * What brings a module, firmware file, package or file into the image, followed to the drop-in's line or the fact of the
 * host at its end. undefined where the plan does not name it.
 */
export function printWhy(plan: Plan, subject: string): string | undefined {
  const found = items(plan).filter(({ names }) => names.some((name) => matches(name, subject)));
  if (found.length === 0) return undefined;
  const chains = found.map((item) => [
    `${item.kind} ${item.title}\n`,
    ...chain(plan, item.from).map((line) => `  ${line}\n`),
  ]);
  const purposes = new Set(
    chains.flat().flatMap((line) => /(?:^ {2}|: )under ([^:]+):/.exec(line)?.[1] ?? []),
  );
  const storage = plan.storage.filter(({ purpose }) => purposes.has(purpose));
  return [
    ...chains.flat(),
    ...(storage.length === 0 ? [] : ['Storage\n', printStorage(storage)]),
  ].join('');
}

interface Item {
  readonly kind: string;
  readonly title: string;
  /** What people may call it. */
  readonly names: readonly string[];
  readonly from: string;
}

function items(plan: Plan): readonly Item[] {
  const { modules, firmware, microcode, packages, profiles, host, root } = plan;
  const of = (kind: string, value: string, from: string, names = [value]): Item => ({
    kind,
    title: value,
    names,
    from,
  });
  return [
    ...modules.files.map(({ name, path, from }) => ({
      ...of('module', `${name} (${path})`, from, [name, path, `${modules.directory}/${path}`]),
    })),
    ...modules.leftOut.map(({ name, wanted, by }) =>
      of('module left out', name, `${wanted}, but for ${by}`),
    ),
    ...modules.missing.map(({ value, from }) => of('module not in this kernel', value, from)),
    ...firmware.files.map(({ value, from }) =>
      of('firmware', value, from, [value, afterDirectory(value), plain(afterDirectory(value))]),
    ),
    ...firmware.missing.map(({ value, from }) => of('firmware not found', value, from)),
    ...microcode.flatMap(({ target, sources }) =>
      sources.map((source) =>
        of('microcode', source, `for the processor, in ${target}`, [
          source,
          afterDirectory(source),
          target,
        ]),
      ),
    ),
    ...profiles.map(({ value, from }) => of('profile', value, from)),
    ...packages.install.map(({ value, from }) => of('package', value, from)),
    ...packages.remove.map(({ value, from }) => of('package removed again', value, from)),
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
function matches(name: string, subject: string): boolean {
  const wanted = subject.replace(/^\//, '');
  if (name.replace(/^\//, '') === wanted) return true;
  // A program may be called as a module is.
  const mayBeModule = !wanted.includes('/') || /\.ko(?:\.\w+)?$/.test(wanted);
  return mayBeModule && name === moduleName(wanted);
}

/** Reasons that name a module go on with that module's own, lines of a profile's drop-in with the profile's. */
function chain(plan: Plan, from: string): readonly string[] {
  const lines = [from];
  const seen = new Set<string>();
  for (let reason = from; ;) {
    const next = userOf(plan, reason) ?? profileOf(plan, reason);
    if (next === undefined || seen.has(next.title)) return lines;
    seen.add(next.title);
    lines.push(`${next.title}: ${next.from}`);
    reason = next.from;
  }
}

interface Link {
  readonly title: string;
  readonly from: string;
}

function userOf(plan: Plan, reason: string): Link | undefined {
  const user = /^(?:needed by|soft dependency of|weak dependency of|firmware of) ([^\s,]+)$/.exec(
    reason,
  )?.[1];
  const module = plan.modules.files.find(({ name }) => name === user);
  return module && { title: module.name, from: module.from };
}

function profileOf(plan: Plan, reason: string): Link | undefined {
  const name = /\/(?:mkosi\.)?profiles\/([^/]+)\/.*:\d+/.exec(reason)?.[1];
  const profile = plan.profiles.find(({ value }) => value === name);
  return profile && { title: `profile ${profile.value}`, from: profile.from };
}
