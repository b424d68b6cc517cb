import { encodeStanza } from '../../formats/deb-control.ts';
import { aptPaths, inside } from './layout.ts';
import { controlOf, type DpkgDatabase } from './dpkg-installed.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Sys } from '../../model/sys.ts';

/**
 * Package lists of what the host has installed, for apt beside its own: with them the versions of the host can be
 * chosen when no repository has them any more, or no list is there at all. Empty where the installed system is not
 * among the sources.
 */
export function writeInstalledIndex(
  sys: Sys,
  request: PackageRequest,
  { stanzas }: DpkgDatabase,
): readonly string[] {
  if (!request.plan.sources.includes('installed')) return [];
  const index = [...stanzas.values()].map((stanza) => {
    const [name, version, architecture] = ['package', 'version', 'architecture'].map((field) =>
      (stanza.get(field) ?? '').replaceAll(':', '%3a'),
    );
    const filename = `./installed/${name}_${version}_${architecture}.deb`;
    // apt wants a size of every archive. Nobody knows this one before the archive is made.
    return encodeStanza(new Map([...controlOf(stanza), ['filename', filename], ['size', '1']]));
  });
  sys.root(aptPaths(request).state).write('Packages', index.join('\n'), 0o644);
  return [`${inside.state}/Packages`];
}
