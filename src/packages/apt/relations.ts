import type { Stanza } from '../../formats/deb-control.ts';
import type { PackageRelations } from '../../model/packages.ts';
import type { Resolution } from '../driver.ts';
import type { AptJob } from './host.ts';
import { describeCommand, parseDescribed } from './lists.ts';

/** By the control fields of installed packages where the version is the same, else by those in the package lists. */
export async function readRelations(
  { sys, request, host }: AptJob,
  { archives, index = [] }: Resolution,
): Promise<readonly PackageRelations[]> {
  const installed = new Map([...host.database.stanzas.values()].map((one) => [identity(one), one]));
  const words = archives.map(({ name, version }) => `${name}=${version}`);
  const known = words.flatMap((word) => installed.get(word) ?? []);
  const others = words.filter((word) => !installed.has(word));
  if (others.length === 0) return known.map(relationsOf);
  const ran = await sys.run(describeCommand(request, host.architecture, index, others));
  return [...known, ...parseDescribed(ran.stdout)].map(relationsOf);
}

function identity(stanza: Stanza): string {
  return `${stanza.get('package')}=${stanza.get('version')}`;
}

export function relationsOf(stanza: Stanza): PackageRelations {
  const field = (name: string): readonly (readonly string[])[] => parseRelation(stanza.get(name));
  return {
    name: stanza.get('package') ?? '',
    provides: field('provides').flat(),
    needs: [...field('pre-depends'), ...field('depends')],
    recommends: field('recommends'),
    isEssential: stanza.get('essential') === 'yes',
  };
}

/** `libc6 (>= 2.36), python3:any | perl [amd64]` as lists of bare names (deb-control(5)). */
function parseRelation(text = ''): readonly (readonly string[])[] {
  return text
    .split(',')
    .map((entry) => entry.split('|').flatMap((word) => /^\s*([^\s:([<]+)/.exec(word)?.[1] ?? []))
    .filter((names) => names.length > 0);
}
