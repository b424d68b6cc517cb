import { encodeStanza } from '../../formats/deb-control.ts';
import type { Sys } from '../../model/sys.ts';
import { aptPaths, inside } from './layout.ts';
import { controlOf, readDatabase } from './dpkg-installed.ts';
import type { PackageRequest } from '../driver.ts';

/**
 * Package lists of what the host has installed, for apt beside its own: with them the versions of the host can be
 * chosen when no repository has them any more, or no list is there at all. Empty where the installed system is not
 * among the sources.
 */
export function writeInstalledIndex(sys: Sys, request: PackageRequest): readonly string[] {
  if (!request.plan.sources.includes('installed')) return [];
  const { stanzas } = readDatabase(sys.root(request.hostRoot));
  const index = [...stanzas.values()].map((stanza) => {
    const [name, version, architecture] = ['package', 'version', 'architecture'].map((field) =>
      (stanza.get(field) ?? '').replaceAll(':', '%3a'),
    );
    const filename = `./installed/${name}_${version}_${architecture}.deb`;
    return encodeStanza(new Map([...controlOf(stanza), ['filename', filename], ['size', '1']]));
  });
  sys.root(aptPaths(request).state).write('Packages', index.join('\n'), 0o644);
  return [`${inside.state}/Packages`];
}

/** Whether apt has found an archive in that list alone: there is no such file yet. */
export function isOfInstalledIndex(location: string): boolean {
  return location.startsWith(`file:${inside.state}/`);
}
