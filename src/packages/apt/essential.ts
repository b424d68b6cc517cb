import type { Stanza } from '../../formats/deb-control.ts';

/**
 * The packages whose files must be there before any script runs: the essential ones, base-files with the directories,
 * and all they depend on. Of alternatives every one that is to be installed counts.
 */
export function essentialClosure(stanzas: readonly Stanza[]): ReadonlySet<string> {
  const byName = new Map(stanzas.map((stanza) => [nameOf(stanza), stanza]));
  const providers = collectProviders(stanzas);
  const closure = new Set<string>();
  const pending = stanzas.filter(isRoot).map(nameOf);
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (closure.has(name)) continue;
    closure.add(name);
    for (const dependency of dependencies(byName.get(name))) {
      pending.push(...(providers.get(dependency) ?? []));
    }
  }
  return closure;
}

function isRoot(stanza: Stanza): boolean {
  return stanza.get('essential') === 'yes' || nameOf(stanza) === 'base-files';
}

function nameOf(stanza: Stanza): string {
  return stanza.get('package') ?? '';
}

function collectProviders(stanzas: readonly Stanza[]): ReadonlyMap<string, readonly string[]> {
  const providers = new Map<string, string[]>();
  for (const stanza of stanzas) {
    for (const provided of [nameOf(stanza), ...names(stanza.get('provides'))]) {
      const known = providers.get(provided);
      if (known === undefined) providers.set(provided, [nameOf(stanza)]);
      else known.push(nameOf(stanza));
    }
  }
  return providers;
}

function dependencies(stanza: Stanza | undefined): readonly string[] {
  return [...names(stanza?.get('pre-depends')), ...names(stanza?.get('depends'))];
}

// "libc6 (>= 2.34), awk | mawk:any" without versions and architectures.
function names(relation: string | undefined): readonly string[] {
  return (relation ?? '')
    .split(/[,|]/)
    .map((term) => term.trim().replace(/[\s:(].*$/s, ''))
    .filter((name) => name !== '');
}
