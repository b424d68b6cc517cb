import { parseControl } from '../../formats/deb-control.ts';
import { parseDep5Licences } from '../../formats/dep5.ts';
import type { PackageAbout } from '../../model/packages.ts';
import type { RootFiles } from '../../model/sys.ts';

/** Descriptions of the packages installed in a root, by name. */
export function readDpkgAbout(root: RootFiles): ReadonlyMap<string, PackageAbout> {
  const about = new Map<string, PackageAbout>();
  for (const stanza of parseControl(root.readText('var/lib/dpkg/status') ?? '', fields)) {
    const name = stanza.get('package');
    if (name === undefined) continue;
    about.set(name, {
      // "name (version)" where the source has another version.
      source: stanza.get('source')?.replace(/ .*/, '') ?? name,
      licences: parseDep5Licences(root.readText(`usr/share/doc/${name}/copyright`) ?? ''),
      homepage: stanza.get('homepage'),
      bugs: stanza.get('bugs'),
    });
  }
  return about;
}

const fields: ReadonlySet<string> = new Set(['package', 'source', 'homepage', 'bugs']);
