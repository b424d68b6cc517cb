import { BuildError } from '../../model/errors.ts';
import type { PackagePlan } from '../../model/plan.ts';
import type { Found, Nowhere } from '../driver.ts';
import type { Supplier } from './unknown-packages.ts';

/** The found ones where all are found. Throws BuildError with the packages that no source has, and the way out. */
export function refuseNowhere(
  supplier: Supplier,
  plan: PackagePlan,
  looked: readonly (Found | Nowhere)[],
): readonly Found[] {
  const nowhere = looked.flatMap((each) => ('taken' in each ? [] : [each]));
  if (nowhere.length > 0) throw unobtainable(supplier, plan, nowhere);
  return looked.flatMap((each) => ('taken' in each ? [each] : []));
}

function unobtainable(
  supplier: Supplier,
  plan: PackagePlan,
  nowhere: readonly Nowhere[],
): BuildError {
  for (const { archive, installed } of nowhere) {
    if (installed.type === 'absent') continue;
    const what = `Cannot take "${archive.name}" from the installed system`;
    if (installed.type === 'impossible') {
      return new BuildError(`${what}: it was built in a format that is not written here`, {
        hint: wayOut(supplier, plan),
      });
    }
    if (installed.type === 'unfinished') {
      const finish = `Run "${supplier.finish ?? supplier.reinstall(archive.name)}"`;
      return new BuildError(`${what}: there it is ${installed.state}`, {
        hint: plan.offline ? `${finish}, or build without --offline` : finish,
      });
    }
    const fresh = archive.from.type === 'installed only' && plan.sources.includes('network');
    const again = `Run ${fresh ? `"${supplier.refresh}" and ` : ''}"${supplier.reinstall(archive.name)}"`;
    return new BuildError(`${what}: ${listed(installed.files)} not as the package shipped it`, {
      hint: plan.offline ? `${again}, or build without --offline` : again,
    });
  }
  for (const { archive, cached } of nowhere) {
    if (cached.type === 'absent') continue;
    const what =
      cached.type === 'unsigned'
        ? supplier.unsigned(archive.file)
        : `${damagedCopies(archive.file, cached.copies)} is damaged${byDigest(archive.digest)}`;
    const again = supplier.refetch && `Run "${supplier.refetch(archive.name)}"`;
    return new BuildError(`Cannot install "${archive.name}" ${withoutNetwork(plan)}: ${what}`, {
      hint: again === undefined ? wayOut(supplier, plan) : orOnline(again, plan),
    });
  }
  const names = nowhere.map(({ archive }) => `${archive.name} ${archive.version}`).join(', ');
  const who = plan.sources.includes('installed')
    ? 'neither a cache nor the installed system has'
    : 'no cache has';
  return new BuildError(`Cannot install ${withoutNetwork(plan)}: ${who} ${names}`, {
    hint: wayOut(supplier, plan),
  });
}

function withoutNetwork({ sources }: PackagePlan): string {
  return sources.includes('network') ? 'from any source' : 'without the network';
}

function wayOut({ refresh }: Supplier, { offline, sources }: PackagePlan): string {
  if (offline) return 'Build once without --offline; fetched packages are kept for the next time';
  if (sources.includes('network')) return `Run "${refresh}": no repository lists this version`;
  return 'Add "network" to Sources=; fetched packages are kept for the next time';
}

function orOnline(command: string, { offline }: PackagePlan): string {
  return offline ? `${command}, or build once without --offline` : command;
}

function damagedCopies(file: string, copies: readonly string[]): string {
  if (copies.length === 0) return `"${file}" in the cache`;
  return copies.map((copy) => `"${copy}"`).join(', ');
}

function byDigest(digest: Nowhere['archive']['digest']): string {
  return digest === undefined
    ? ''
    : `, its ${digest.algorithm} is not the one in the package lists`;
}

function listed(paths: readonly string[]): string {
  const names = paths.slice(0, 4).map((path) => `"/${path}"`);
  const more = paths.length > names.length ? [`${paths.length - names.length} more`] : [];
  return `${[...names, ...more].join(', ')} ${paths.length === 1 ? 'is' : 'are'}`;
}
