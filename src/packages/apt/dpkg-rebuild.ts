import { createHash } from 'node:crypto';
import { arMagic, encodeArHeader } from '../../formats/ar.ts';
import { encodeStanza } from '../../formats/deb-control.ts';
import { encodeTarEnd, encodeTarHead, tarPadding, type TarEntry } from '../../formats/tar.ts';
import type { RootFiles, Sys } from '../../model/sys.ts';
import type { DpkgDatabase, InstalledPackage } from './dpkg-installed.ts';
import { packagedOwners } from '../shared/host-names.ts';
import { isOptional, rebuildTar, type Rebuilt, type RebuiltEntry } from '../shared/rebuild.ts';

/**
 * Writes the archive of an installed package to `file` in `target`, from its files and dpkg's records, uncompressed.
 * The times are those of the packaged files, so that two builds give the same archive.
 */
export function rebuildDeb(
  sys: Sys,
  { host }: DpkgDatabase,
  installed: InstalledPackage,
  target: RootFiles,
  file: string,
): Rebuilt {
  const { entries, missing, leftOut } = collect(host, installed);
  if (missing.length > 0) return { type: 'changed', files: missing };
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
  target.write(file, archive(), 0o644);
  const changed = data.changed();
  if (changed.length === 0) {
    return { type: 'rebuilt', bytes: target.stat(file)?.size ?? 0, leftOut };
  }
  target.remove(file);
  return { type: 'changed', files: changed.map((path) => path.slice(1)) };
}

interface Collected {
  readonly entries: readonly RebuiltEntry[];
  readonly missing: readonly string[];
  readonly leftOut: readonly string[];
}

function collect(host: RootFiles, installed: InstalledPackage): Collected {
  const entries: RebuiltEntry[] = [];
  const missing: string[] = [];
  const leftOut: string[] = [];
  const ownerOf = packagedOwners(host);
  const parents = new Set(installed.files.map(({ path }) => path.replace(/\/[^/]*$/, '')));
  for (const { path, at } of installed.files) {
    const known = installed.conffiles.get(path);
    const source = known === undefined ? at : packagedConffile(host, at, known);
    if (source === undefined) {
      leftOut.push(path);
      continue;
    }
    const stat = known === undefined ? host.lstat(source) : host.stat(source);
    if (stat === undefined) {
      if (!isOptional(path)) missing.push(path);
      continue;
    }
    const common = { ...ownerOf(stat), path: `./${path}`, mtime: stat.mtime };
    // What a merged /usr made a link of was a directory in the package that has files below it.
    if (stat.type === 'directory' || parents.has(path)) {
      const mode = stat.type === 'directory' ? common.mode : 0o755;
      entries.push({ tar: { ...common, type: 'directory', mode }, content: undefined });
    } else if (stat.type === 'symlink') {
      const link = host.readlink(source) ?? '';
      const tar = { ...common, type: 'symlink', mode: 0o777, target: link } as const;
      entries.push({ tar, content: undefined });
    } else if (stat.type === 'file') {
      const digest = known ?? installed.digests.get(path);
      // Nobody knows whether it is what the package shipped, and /etc/shadow is such a file.
      if (digest === undefined && !path.startsWith('usr/')) {
        leftOut.push(path);
        continue;
      }
      entries.push({
        tar: { ...common, type: 'file', size: stat.size },
        content: { at: source, digest },
      });
    } else {
      missing.push(path);
    }
  }
  return { entries, missing, leftOut };
}

/** The file itself where it is as it was shipped, or what dpkg or ucf left beside it. */
function packagedConffile(host: RootFiles, path: string, digest: string): string | undefined {
  return ['', '.dpkg-dist', '.dpkg-new', '.ucf-dist']
    .map((suffix) => `${path}${suffix}`)
    .find((candidate) => {
      if (host.stat(candidate)?.type !== 'file') return false;
      const bytes = host.readBytes(candidate);
      return bytes !== undefined && createHash('md5').update(bytes).digest('hex') === digest;
    });
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
