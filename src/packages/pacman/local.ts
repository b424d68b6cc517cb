import { parseAlpmDesc, type AlpmDesc } from '../../formats/alpm-desc.ts';
import type { PackageAbout } from '../../model/packages.ts';
import type { RootFiles } from '../../model/sys.ts';

/** One package of alpm's local database. */
export interface LocalPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** From the root, without leading slash. */
  readonly directory: string;
  readonly desc: AlpmDesc;
}

/** Installed packages by name; `database` is the directory that has `local`. */
export function readLocal(root: RootFiles, database: string): ReadonlyMap<string, LocalPackage> {
  const found = root.list(`${database}/local`).flatMap((entry) => {
    const directory = `${database}/local/${entry}`;
    const text = root.readText(`${directory}/desc`);
    if (text === undefined) return [];
    const desc = parseAlpmDesc(text);
    const [name, version] = [desc.get('NAME')?.[0], desc.get('VERSION')?.[0]];
    if (name === undefined || version === undefined) return [];
    const architecture = desc.get('ARCH')?.[0] ?? 'any';
    return [[name, { name, version, architecture, directory, desc }] as const];
  });
  return new Map(found);
}

/** Which package ships which path, directories left out. */
export function readLocalOwners(root: RootFiles, database: string): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const { name, directory } of readLocal(root, database).values()) {
    const files = parseAlpmDesc(root.readText(`${directory}/files`) ?? '').get('FILES') ?? [];
    for (const path of files) if (!path.endsWith('/')) owners.set(path, name);
  }
  return owners;
}

export function aboutOf({ desc, name }: LocalPackage): PackageAbout {
  return {
    source: desc.get('BASE')?.[0] ?? name,
    licences: [...new Set(desc.get('LICENSE') ?? [])].sort(),
    homepage: desc.get('URL')?.[0],
    bugs: undefined,
  };
}

/**
 * The installed packages that `targets` come to with all they depend on, or the targets that nothing installed is.
 * Versions are not compared: what is installed together fits together.
 */
export function localClosure(
  local: ReadonlyMap<string, LocalPackage>,
  targets: readonly string[],
): { readonly packages: readonly LocalPackage[]; readonly missing: readonly string[] } {
  const providers = new Map<string, LocalPackage>();
  for (const each of local.values()) {
    for (const provided of each.desc.get('PROVIDES') ?? []) {
      const name = bareName(provided);
      if (!providers.has(name)) providers.set(name, each);
    }
  }
  const closure = new Map<string, LocalPackage>();
  const missing: string[] = [];
  const pending = [...targets];
  for (let wanted = pending.pop(); wanted !== undefined; wanted = pending.pop()) {
    const name = bareName(wanted);
    const found = local.get(name) ?? providers.get(name);
    if (found === undefined) {
      missing.push(wanted);
    } else if (!closure.has(found.name)) {
      closure.set(found.name, found);
      pending.push(...(found.desc.get('DEPENDS') ?? []));
    }
  }
  const packages = [...closure.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { packages, missing: [...new Set(missing)].sort() };
}

/** "libfoo.so=1-64" and "bash>=5" without what stands behind the name. */
export function bareName(relation: string): string {
  return relation.replace(/[<>=].*$/, '').replace(/^.*\//, '');
}
