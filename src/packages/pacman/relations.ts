import type { PackageRelations } from '../../model/packages.ts';
import type { Resolution } from '../driver.ts';
import type { PacmanJob } from './host.ts';
import { bareName, type LocalPackage } from './local.ts';

/** By the database of installed packages; other versions of a package ask for the same names. */
export async function readRelations(
  { host }: PacmanJob,
  { archives }: Resolution,
): Promise<readonly PackageRelations[]> {
  return archives.flatMap(({ name }) => {
    const found = host.local.get(name);
    return found === undefined ? [] : [relationsOf(found)];
  });
}

function relationsOf({ name, desc }: LocalPackage): PackageRelations {
  const names = (field: string): readonly string[] => (desc.get(field) ?? []).map(bareName);
  return {
    name,
    provides: [...names('PROVIDES'), ...(desc.get('GROUPS') ?? [])],
    needs: names('DEPENDS').map((each) => [each]),
    recommends: [],
    isEssential: false,
  };
}
