import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { parseAlpmDesc } from '../../formats/alpm-desc.ts';
import { fnmatch } from '../../formats/fnmatch.ts';
import { parseMtree, type MtreeEntry } from '../../formats/mtree.ts';
import { encodeTarHead, tarPadding, type TarEntry } from '../../formats/tar.ts';
import type { RootFiles, Sys } from '../../model/sys.ts';
import { isOptional, rebuildTar, type Rebuilt, type RebuiltEntry } from '../shared/rebuild.ts';
import type { LocalPackage } from './local.ts';

/**
 * Writes the archive of an installed package to `file` in `target`, uncompressed: modes, owners, times and digests are
 * those of the .MTREE that came with the package.
 */
export function rebuildPackage(
  sys: Sys,
  host: RootFiles,
  installed: LocalPackage,
  notExtracted: readonly string[],
  target: RootFiles,
  file: string,
): Rebuilt {
  const records = `${installed.directory}/mtree`;
  const packed = host.readBytes(records);
  const mtree = packed === undefined ? undefined : readMtree(packed);
  if (packed === undefined || mtree === undefined) return { type: 'changed', files: [records] };
  const backup = backupPaths(host, installed);
  const { entries, changed, leftOut } = collect(host, mtree, backup, notExtracted);
  if (changed.length > 0) return { type: 'changed', files: changed };
  const data = rebuildTar(sys, host, entries, 'sha256');
  const script = host.readBytes(`${installed.directory}/install`);
  const members = [
    ...member('.PKGINFO', Buffer.from(packageInfo(installed, backup))),
    ...member('.MTREE', packed),
    ...(script === undefined ? [] : member('.INSTALL', script)),
  ];
  function* archive(): Generator<Uint8Array> {
    yield* members;
    yield* data.chunks;
  }
  target.write(file, archive(), 0o644);
  const found = data.changed();
  if (found.length === 0) {
    return { type: 'rebuilt', bytes: target.stat(file)?.size ?? 0, leftOut };
  }
  target.remove(file);
  return { type: 'changed', files: found };
}

/** undefined where it is damaged. */
function readMtree(packed: Buffer): readonly MtreeEntry[] | undefined {
  try {
    return parseMtree(gunzipSync(packed).toString('utf8'));
  } catch {
    return undefined;
  }
}

interface Collected {
  readonly entries: readonly RebuiltEntry[];
  readonly changed: readonly string[];
  readonly leftOut: readonly string[];
}

function collect(
  host: RootFiles,
  mtree: readonly MtreeEntry[],
  backup: ReadonlySet<string>,
  notExtracted: readonly string[],
): Collected {
  const entries: RebuiltEntry[] = [];
  const changed: string[] = [];
  const leftOut: string[] = [];
  for (const entry of mtree) {
    const { path, mode, uid, gid, time } = entry;
    if (metadata.has(path)) continue;
    const common = { path, mode, uid, gid, owner: '', group: '', mtime: time };
    if (entry.type === 'dir') {
      entries.push({ tar: { ...common, type: 'directory' }, content: undefined });
      continue;
    }
    // Made by systemd-sysusers; the host's name its people and their passwords.
    if (accounts.has(path)) continue;
    if (entry.type === 'link') {
      const type = host.lstat(path)?.type;
      const target = type === 'symlink' ? host.readlink(path) : undefined;
      if (target === entry.target) {
        entries.push({ tar: { ...common, type: 'symlink', target }, content: undefined });
      } else if (type !== undefined || !isAbsent(path, notExtracted)) changed.push(path);
      continue;
    }
    const at = backup.has(path) ? packagedDefault(host, entry) : path;
    if (at === undefined) leftOut.push(path);
    else if (host.lstat(at)?.type !== 'file' || entry.sha256 === undefined) {
      if (host.lstat(at) !== undefined || !isAbsent(path, notExtracted)) changed.push(path);
    } else {
      const tar: TarEntry = { ...common, type: 'file', size: entry.size };
      entries.push({ tar, content: { at, digest: entry.sha256 } });
    }
  }
  return { entries, changed, leftOut };
}

const metadata: ReadonlySet<string> = new Set(['.PKGINFO', '.INSTALL', '.BUILDINFO', '.CHANGELOG']);

const accounts: ReadonlySet<string> = new Set(
  ['passwd', 'group', 'shadow', 'gshadow', 'subuid', 'subgid'].map((name) => `etc/${name}`),
);

/** Whether the host may have been installed without the file. */
function isAbsent(path: string, notExtracted: readonly string[]): boolean {
  const last = notExtracted.findLast((pattern) => fnmatch(pattern.replace(/^!/, ''), path));
  return isOptional(path) || (last !== undefined && !last.startsWith('!'));
}

/** The configuration file itself where it is as it was shipped, or what pacman left beside it. */
function packagedDefault(host: RootFiles, { path, sha256 }: MtreeEntry): string | undefined {
  return [path, `${path}.pacnew`].find((candidate) => {
    if (host.lstat(candidate)?.type !== 'file') return false;
    const bytes = host.readBytes(candidate);
    return bytes !== undefined && createHash('sha256').update(bytes).digest('hex') === sha256;
  });
}

/** "PATH\tMD5" lines; the digest of the package is in the .MTREE. */
function backupPaths(host: RootFiles, { directory }: LocalPackage): ReadonlySet<string> {
  const files = parseAlpmDesc(host.readText(`${directory}/files`) ?? '');
  return new Set((files.get('BACKUP') ?? []).map((line) => line.replace(/\t.*$/, '')));
}

// PKGBUILD(5) by other names.
const infoFields = [
  ['NAME', 'pkgname'],
  ['BASE', 'pkgbase'],
  ['VERSION', 'pkgver'],
  ['DESC', 'pkgdesc'],
  ['URL', 'url'],
  ['BUILDDATE', 'builddate'],
  ['PACKAGER', 'packager'],
  ['SIZE', 'size'],
  ['ARCH', 'arch'],
  ['LICENSE', 'license'],
  ['XDATA', 'xdata'],
  ['REPLACES', 'replaces'],
  ['GROUPS', 'group'],
  ['CONFLICTS', 'conflict'],
  ['PROVIDES', 'provides'],
  ['DEPENDS', 'depend'],
  ['OPTDEPENDS', 'optdepend'],
] as const;

function packageInfo({ desc }: LocalPackage, backup: ReadonlySet<string>): string {
  const lines = [
    ...infoFields.flatMap(([field, key]) =>
      (desc.get(field) ?? []).map((value) => `${key} = ${value}`),
    ),
    ...[...backup].filter((path) => !accounts.has(path)).map((path) => `backup = ${path}`),
  ];
  return `${lines.join('\n')}\n`;
}

function* member(name: string, bytes: Buffer): Generator<Uint8Array> {
  yield encodeTarHead({
    ...{ type: 'file', path: name, size: bytes.length },
    ...{ mode: 0o644, uid: 0, gid: 0, owner: '', group: '', mtime: 0 },
  });
  yield bytes;
  yield tarPadding(bytes.length);
}
