import { encodeTarEnd, encodeTarHead, tarPadding } from '../../formats/tar.ts';
import type { LocalPackage } from './local.ts';
import { installedRepository } from './layout.ts';

/**
 * A repository's database of what the host has installed: packages that no repository has, as those of the AUR, can be
 * asked for by it, and what depends on a version that no repository has any more is met. Its archives do not exist.
 */
export function installedDatabase(local: ReadonlyMap<string, LocalPackage>): Buffer {
  const packages = [...local.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return Buffer.concat([...packages.flatMap(entryOf), encodeTarEnd()]);
}

/** Its name in the directory of databases. */
export const installedDatabaseFile = `${installedRepository}.db`;

/** The name that the archive of an installed package is given. */
export function installedFile({
  name,
  version,
  architecture,
}: Pick<LocalPackage, 'name' | 'version' | 'architecture'>): string {
  return `${name}-${version}-${architecture}.pkg.tar`;
}

function entryOf(installed: LocalPackage): readonly Buffer[] {
  const { name, version, architecture, desc } = installed;
  // What an upgrade would go by, %REPLACES% and %GROUPS%, is for the repositories to say.
  const fields = [
    ['FILENAME', [installedFile(installed)]],
    ...([
      ['NAME', [name]] as const,
      ['VERSION', [version]] as const,
      ['ARCH', [architecture]],
    ] as const),
    ...relations.map((field) => [field, desc.get(field) ?? []] as const),
    // Nobody knows them, and pacman leaves out a database that lacks them.
    ...([['CSIZE', ['0']] as const, ['ISIZE', ['0']] as const] as const),
  ] as const;
  const text = Buffer.from(
    fields
      .filter(([, values]) => values.length > 0)
      .map(([field, values]) => `%${field}%\n${values.join('\n')}\n\n`)
      .join(''),
  );
  const common = { mode: 0o644, uid: 0, gid: 0, owner: '', group: '', mtime: 0 };
  const path = `${name}-${version}/desc`;
  return [
    encodeTarHead({ ...common, type: 'file', path, size: text.length }),
    ...[text, tarPadding(text.length)],
  ];
}

const relations = ['DEPENDS', 'PROVIDES', 'CONFLICTS'];
