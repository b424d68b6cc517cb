import { arMagic, encodeArHeader } from '../../formats/ar.ts';
import { encodeStanza } from '../../formats/deb-control.ts';
import { encodeTarEnd, encodeTarHead, tarPadding, type TarEntry } from '../../formats/tar.ts';
import type { FileStat, RootFiles, Sys } from '../../model/sys.ts';
import type { DpkgDatabase, InstalledPackage } from './dpkg-installed.ts';
import { packagedOwners } from '../shared/host-names.ts';
import {
  collectInstalled,
  isOptional,
  rebuildTar,
  writeRebuilt,
  type Kept,
  type Rebuilt,
  type RebuiltEntry,
  type Shipped,
} from '../shared/rebuild.ts';

/**
 * Writes the archive of an installed package to `file` in `target`, from its files and dpkg's records, uncompressed.
 * The times are those of the packaged files, so that two builds give the same archive. Files that will not be unpacked are
 * neither read nor looked at.
 */
export function rebuildDeb(
  sys: Sys,
  { host, overridden }: DpkgDatabase,
  installed: InstalledPackage,
  { target, file }: { readonly target: RootFiles; readonly file: string },
  isExcluded: (path: string) => boolean,
): Rebuilt {
  const shipped = shippedBy(installed).filter(
    ({ path, isParent }) => isParent || !isExcluded(path),
  );
  const collected = collectInstalled(host, shipped, 'md5');
  if (collected.changed.length > 0) return { type: 'changed', files: collected.changed };
  const entries = entriesOf(host, collected.kept, overridden);
  const leftOut = collected.leftOut.map(({ path }) => path);
  const mtime = entries.reduce(
    (newest, { tar }) => (tar.type === 'file' ? Math.max(newest, tar.mtime) : newest),
    0,
  );
  const data = rebuildTar(
    sys,
    host,
    entries.map(({ tar, content }) => ({ tar: clamped(tar, mtime), content })),
    'md5',
  );
  const control = controlTar(installed, leftOut, mtime);
  function* archive(): Generator<Uint8Array> {
    yield Buffer.from(arMagic);
    yield encodeArHeader('debian-binary', 4, mtime);
    yield Buffer.from('2.0\n');
    yield encodeArHeader('control.tar', control.length, mtime);
    yield control;
    yield encodeArHeader('data.tar', data.size, mtime);
    yield* data.chunks;
  }
  const changed = () => data.changed().map((path) => path.replace(/^\.\//, ''));
  return writeRebuilt(target, file, archive(), { changed }, collected.leftOut);
}

interface ShippedPath extends Shipped {
  /** The package has files below it. */
  readonly isParent: boolean;
}

/** dpkg's records: paths, and MD5 digests of most files. */
function shippedBy({ files, conffiles, digests }: InstalledPackage): readonly ShippedPath[] {
  const parents = new Set(files.map(({ path }) => path.replace(/\/[^/]*$/, '')));
  return files.map(({ path, at }) => {
    const isParent = parents.has(path);
    return {
      ...{ path, at, isParent },
      isOptional: isOptional(path),
      record: {
        type: 'any',
        digest: conffiles.get(path) ?? digests.get(path),
        // Without a digest the file may be anything, and /etc/shadow is such a file.
        withoutDigest: isParent || path.startsWith('usr/') ? 'take' : 'leave out',
        defaults: conffiles.has(path) ? defaultSuffixes : undefined,
      },
    };
  });
}

// dpkg and ucf leave the packaged default beside a changed configuration file under these names.
const defaultSuffixes = ['.dpkg-dist', '.dpkg-new', '.ucf-dist'];

function entriesOf(
  host: RootFiles,
  kept: readonly Kept<ShippedPath>[],
  overridden: ReadonlySet<string>,
): readonly RebuiltEntry[] {
  const packaged = packagedOwners(host);
  return kept.flatMap(({ shipped: { path, isParent, record }, source }): RebuiltEntry[] => {
    if (source === undefined) return [];
    const { at, stat } = source;
    const isOverridden = [path, unmerged(path), `usr/${path}`].some((each) => overridden.has(each));
    const owner = packaged(isOverridden ? usualFor(path, stat) : stat);
    const common = { ...owner, path: `./${path}`, mtime: stat.mtime };
    // A merged /usr made a link of a directory that the package has files below.
    if (stat.type === 'directory' || isParent) {
      const mode = stat.type === 'directory' ? common.mode : 0o755;
      return [{ tar: { ...common, type: 'directory', mode }, content: undefined }];
    }
    if (stat.type === 'symlink') {
      const target = host.readlink(at) ?? '';
      return [{ tar: { ...common, type: 'symlink', mode: 0o777, target }, content: undefined }];
    }
    const digest = 'digest' in record ? record.digest : undefined;
    return [{ tar: { ...common, type: 'file', size: stat.size }, content: { at, digest } }];
  });
}

/**
 * The owner and mode that most files of packages have. dpkg-statoverride(1) has replaced those of the package, which
 * are written down nowhere.
 */
function usualFor(path: string, stat: FileStat): FileStat {
  const isProgram =
    stat.type === 'directory' || (stat.mode & 0o111) !== 0 || /(?:^|\/)s?bin\//.test(path);
  const usual = isProgram ? 0o755 : 0o644;
  // Configuration and state may be secret.
  const isForAll = /^(?:usr|s?bin|lib\w*)\//.test(path);
  return { ...stat, uid: 0, gid: 0, mode: isForAll ? usual : usual & (stat.mode | 0o700) };
}

function unmerged(path: string): string {
  return path.replace(/^usr\//, '');
}

// A directory's time is that of the last change in it, which is the host's.
function clamped(tar: TarEntry, mtime: number): TarEntry {
  return { ...tar, mtime: tar.type === 'directory' ? mtime : Math.min(tar.mtime, mtime) };
}

function controlTar(
  installed: InstalledPackage,
  leftOut: readonly string[],
  mtime: number,
): Buffer {
  const conffiles = [...installed.conffiles.keys()].filter((path) => !leftOut.includes(path));
  const members = [
    { name: 'control', bytes: Buffer.from(encodeStanza(installed.control)), mode: 0o644 },
    ...(conffiles.length === 0
      ? []
      : [
          {
            name: 'conffiles',
            bytes: Buffer.from(conffiles.map((path) => `/${path}\n`).join('')),
            mode: 0o644,
          },
        ]),
    ...installed.members,
  ];
  const root = { uid: 0, gid: 0, owner: 'root', group: 'root', mtime };
  return Buffer.concat([
    encodeTarHead({ ...root, type: 'directory', path: '.', mode: 0o755 }),
    ...members.flatMap(({ name, bytes, mode }) => [
      encodeTarHead({ ...root, type: 'file', path: `./${name}`, mode, size: bytes.length }),
      bytes,
      tarPadding(bytes.length),
    ]),
    encodeTarEnd(),
  ]);
}
