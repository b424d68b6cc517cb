import { gunzipSync } from 'node:zlib';
import { parseAlpmDesc } from '../../formats/alpm-desc.ts';
import { fnmatch } from '../../formats/fnmatch.ts';
import { parseMtree, type MtreeEntry } from '../../formats/mtree.ts';
import { encodeTarHead, tarPadding } from '../../formats/tar.ts';
import type { RootFiles, Sys } from '../../model/sys.ts';
import {
  collectInstalled,
  isOptional,
  rebuildTar,
  writeRebuilt,
  type Kept,
  type Rebuilt,
  type RebuiltEntry,
  type Shipped,
  type ShippedRecord,
} from '../shared/rebuild.ts';
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
  const collected = collectInstalled(host, shippedBy(mtree, backup, notExtracted), 'sha256');
  if (collected.changed.length > 0) return { type: 'changed', files: collected.changed };
  const data = rebuildTar(sys, host, collected.kept.map(entryOf), 'sha256');
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
  return writeRebuilt(target, file, archive(), data, collected.leftOut);
}

/** undefined where it is damaged: no gzip stream that is whole, or no list of files in it. */
function readMtree(packed: Buffer): readonly MtreeEntry[] | undefined {
  try {
    return parseMtree(gunzipSync(packed).toString('utf8'));
  } catch (error) {
    if (error instanceof RangeError || isOfZlib(error)) return undefined;
    throw error;
  }
}

function isOfZlib(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error)) return false;
  return typeof error.code === 'string' && error.code.startsWith('Z_');
}

interface ShippedEntry extends Shipped {
  readonly entry: MtreeEntry;
}

/** pacman's records: the .MTREE that came with the package has everything but the files' contents. */
function shippedBy(
  mtree: readonly MtreeEntry[],
  backup: ReadonlySet<string>,
  notExtracted: readonly string[],
): readonly ShippedEntry[] {
  return (
    mtree
      .filter(({ path }) => !metadata.has(path))
      // Made by systemd-sysusers; the host's name its people and their passwords.
      .filter(({ path, type }) => type === 'dir' || !accounts.has(path))
      .map((entry) => ({
        ...{ entry, path: entry.path, at: entry.path },
        isOptional: isAbsent(entry.path, notExtracted),
        record: recordOf(entry, backup),
      }))
  );
}

function recordOf(
  { path, type, target, sha256: digest }: MtreeEntry,
  backup: ReadonlySet<string>,
): ShippedRecord {
  switch (type) {
    case 'dir':
      return { type: 'complete' };
    case 'link':
      return { type: 'symlink', target };
    case 'file':
      return {
        type: 'file',
        digest,
        withoutDigest: 'refuse',
        defaults: backup.has(path) ? ['.pacnew'] : undefined,
      };
    default:
      return type satisfies never;
  }
}

function entryOf({ shipped: { entry }, source }: Kept<ShippedEntry>): RebuiltEntry {
  const { path, mode, uid, gid, time: mtime, type, target, size, sha256: digest } = entry;
  const common = { path, mode, uid, gid, owner: '', group: '', mtime };
  switch (type) {
    case 'dir':
      return { tar: { ...common, type: 'directory' }, content: undefined };
    case 'link':
      return { tar: { ...common, type: 'symlink', target }, content: undefined };
    case 'file':
      return {
        tar: { ...common, type: 'file', size },
        content: { at: source?.at ?? path, digest },
      };
    default:
      return type satisfies never;
  }
}

const metadata: ReadonlySet<string> = new Set(['.PKGINFO', '.INSTALL', '.BUILDINFO', '.CHANGELOG']);

const accounts: ReadonlySet<string> = new Set(
  ['passwd', 'group', 'shadow', 'gshadow', 'subuid', 'subgid'].map((name) => `etc/${name}`),
);

/** True for a file that the host may have been installed without. */
function isAbsent(path: string, notExtracted: readonly string[]): boolean {
  const last = notExtracted.findLast((pattern) => fnmatch(pattern.replace(/^!/, ''), path));
  return isOptional(path) || (last !== undefined && !last.startsWith('!'));
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
