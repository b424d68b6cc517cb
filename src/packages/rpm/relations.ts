import type { PackageRequest } from '../../model/package-request.ts';
import type { PackageRelations } from '../../model/packages.ts';
import type { Command } from '../../model/sys.ts';
import type { Resolution } from '../driver.ts';
import type { RpmJob } from './host.ts';
import { anyFailure, managerSandbox } from './layout.ts';

/** By the host's rpm database; other versions of a package ask for the same names. */
export async function readRelations(
  { sys, request, host }: RpmJob,
  { archives }: Resolution,
): Promise<readonly PackageRelations[]> {
  const names = archives.map(({ name }) => name).filter((name) => host.installed?.has(name));
  if (names.length === 0) return [];
  return parseRelations((await sys.run(relationsCommand(request, names))).stdout);
}

/** Prints a line "NAME\tKIND\tVALUE" for each capability and file of the packages. */
function relationsCommand(request: PackageRequest, names: readonly string[]): Command {
  const rows = [
    ['provides', 'PROVIDENAME'],
    ['provides', 'FILENAMES'],
    ['needs', 'REQUIRENAME'],
    ['recommends', 'RECOMMENDNAME'],
  ].map(([kind, tag]) => `[%{=NAME}\\t${kind}\\t%{${tag}}\\n]`);
  return {
    argv: ['rpm', '--query', '--queryformat', rows.join(''), ...names],
    okExit: anyFailure,
    sandbox: managerSandbox(request, false),
    purpose: 'Read what the packages depend on',
  };
}

/** Paths are kept only where a package asks for them. */
export function parseRelations(output: string): readonly PackageRelations[] {
  const rows = output.split('\n').flatMap((line) => {
    const [name, kind, value] = line.split('\t');
    return name === undefined || kind === undefined || value === undefined || value === '(none)'
      ? []
      : [{ name, kind, value }];
  });
  const asked = new Set(rows.flatMap(({ kind, value }) => (kind === 'provides' ? [] : [value])));
  const packages = new Map<string, Map<string, Set<string>>>();
  for (const { name, kind, value } of rows) {
    if (kind === 'provides' && value.startsWith('/') && !asked.has(value)) continue;
    const found = packages.get(name) ?? new Map<string, Set<string>>();
    packages.set(name, found.set(kind, (found.get(kind) ?? new Set()).add(value)));
  }
  return [...packages].map(([name, found]) => ({
    name,
    provides: [...(found.get('provides') ?? [])],
    needs: [...(found.get('needs') ?? [])].map(alternatives),
    recommends: [...(found.get('recommends') ?? [])].map(alternatives),
    isEssential: false,
  }));
}

/** The names of a rich dependency, `(a >= 1 or b)`, else the capability as it stands. */
function alternatives(capability: string): readonly string[] {
  if (!capability.startsWith('(')) return [capability];
  // A condition ("if", "unless") is no name that has to be there; it names a package that is there all the same.
  return capability
    .slice(1, -1)
    .replaceAll(/ [<>=]+ \S+/g, '')
    .split(/ (?:and|or|if|else|with|without|unless) /)
    .map((name) => name.replaceAll(/^\(+|\)+$/g, ''));
}
