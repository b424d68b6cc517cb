import { moduleName } from '../formats/module-name.ts';
import type { Plan } from '../model/plan.ts';
import { describeReason, type Reason } from '../model/reason.ts';
import { printStorage } from './print-storage.ts';

/**
 * The reasons for a module, firmware file, package or file in the image, followed to the drop-in's line or the fact of the
 * host at its end. undefined where the plan does not name it.
 */
export function printWhy(plan: Plan, subject: string): string | undefined {
  const found = items(plan).filter(({ names }) => names.some((name) => matches(name, subject)));
  if (found.length === 0) return undefined;
  const chains = found.map((item) => ({ item, links: chain(plan, item.from) }));
  const purposes = new Set(
    chains.flatMap(({ item, links }) => [item, ...links].flatMap(({ from }) => purposeOf(from))),
  );
  const storage = plan.storage.filter(({ purpose }) => purposes.has(purpose));
  return [
    ...chains.flatMap(({ item, links }) => [`${item.kind} ${item.title}\n`, ...lines(item, links)]),
    ...(storage.length === 0 ? [] : ['Storage\n', printStorage(storage)]),
  ].join('');
}

function purposeOf(reason: Reason): readonly string[] {
  return reason.type === 'under' ? [reason.purpose] : [];
}

function lines({ from, leftOutBy }: Item, links: readonly Link[]): readonly string[] {
  const but = leftOutBy === undefined ? '' : `, but for ${describeReason(leftOutBy)}`;
  const first = `${describeReason(from)}${but}`;
  return [first, ...links.map(({ title, from: next }) => `${title}: ${describeReason(next)}`)].map(
    (line) => `  ${line}\n`,
  );
}

interface Item {
  readonly kind: string;
  readonly title: string;
  /** The names that people may call it by. */
  readonly names: readonly string[];
  readonly from: Reason;
  /** The pattern for which it stays out all the same. */
  readonly leftOutBy?: Reason;
}

function items(plan: Plan): readonly Item[] {
  const { modules, firmware, microcode, packages, profiles, host, root } = plan;
  const of = (kind: string, value: string, from: Reason, names = [value]): Item => ({
    kind,
    title: value,
    names,
    from,
  });
  return [
    ...modules.files.map(({ name, path, from }) => ({
      ...of('module', `${name} (${path})`, from, [name, path, `${modules.directory}/${path}`]),
    })),
    ...modules.leftOut.map(({ name, wanted, by }) => ({
      ...of('module left out', name, wanted),
      leftOutBy: by,
    })),
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

interface Link {
  readonly title: string;
  readonly from: Reason;
}

/** The reasons behind a reason: of the module that it names, or of the profile whose drop-in it is. */
function chain(plan: Plan, from: Reason): readonly Link[] {
  const links: Link[] = [];
  const seen = new Set<string>();
  for (let reason = from; ;) {
    const next = userOf(plan, reason) ?? profileOf(plan, reason);
    if (next === undefined || seen.has(next.title)) return links;
    seen.add(next.title);
    links.push(next);
    reason = next.from;
  }
}

function userOf(plan: Plan, reason: Reason): Link | undefined {
  if (!('module' in reason)) return undefined;
  const module = plan.modules.files.find(({ name }) => name === reason.module);
  return module && { title: module.name, from: module.from };
}

function profileOf(plan: Plan, reason: Reason): Link | undefined {
  const at = reason.type === 'pattern' ? reason.at : reason;
  if (at.type !== 'file' || at.profile === undefined) return undefined;
  const profile = plan.profiles.find(({ value }) => value === at.profile);
  return profile && { title: `profile ${profile.value}`, from: profile.from };
}
