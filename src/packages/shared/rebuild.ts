import { createHash } from 'node:crypto';
import { encodeTarEnd, encodeTarHead, tarPadding, type TarEntry } from '../../formats/tar.ts';
import type { FileStat, RootFiles, Sys } from '../../model/sys.ts';

/** The outcome of writing an installed package as an archive again. */
export type Rebuilt =
  | {
      readonly type: 'rebuilt';
      readonly bytes: number;
      /** Configuration files that were changed and whose packaged default is nowhere. */
      readonly leftOut: readonly string[];
    }
  /** Files that are not as the package shipped them: nothing was written. */
  | { readonly type: 'changed'; readonly files: readonly string[] };

/** One entry of a package, as the package database says it was shipped. */
export interface Shipped {
  /** In the package, without leading slash. */
  readonly path: string;
  /** In the host, where a diversion may have moved it. */
  readonly at: string;
  /** The host may have been installed without it, as without documentation. */
  readonly isOptional: boolean;
  readonly record: ShippedRecord;
}

export type ShippedRecord =
  /** All of it is in the database: the host is not asked. */
  | { readonly type: 'complete' }
  | { readonly type: 'symlink'; readonly target: string }
  | ({ readonly type: 'file' } & ShippedContent)
  /** The database has the path alone, and for a file what follows. */
  | ({ readonly type: 'any' } & ShippedContent);

interface ShippedContent {
  /** Hex; undefined where the database has none, and then `withoutDigest` decides. */
  readonly digest: string | undefined;
  readonly withoutDigest: 'take' | 'leave out' | 'refuse';
  /** Suffixes that the packaged default of a changed configuration file may have beside it: ".rpmnew". */
  readonly defaults: readonly string[] | undefined;
  /** Bytes of the file that the digest is of; undefined for the whole file. */
  readonly size?: number | undefined;
}

/** An entry whose content can be had. */
export interface Kept<S extends Shipped> {
  readonly shipped: S;
  /** The place of its content in the host; undefined where the database has all of it. */
  readonly source: { readonly at: string; readonly stat: FileStat } | undefined;
}

export interface Collected<S extends Shipped> {
  readonly kept: readonly Kept<S>[];
  /** Configuration whose packaged default is nowhere, for the user to know. */
  readonly leftOut: readonly S[];
  /** Entries that the host was installed without. */
  readonly absent: readonly S[];
  /** Paths that are not as the package shipped them. */
  readonly changed: readonly string[];
}

/** Compares the installed files with what the database says was shipped. Contents of plain files are not read yet. */
export function collectInstalled<S extends Shipped>(
  host: RootFiles,
  shipped: readonly S[],
  algorithm: string,
): Collected<S> {
  const kept: Kept<S>[] = [];
  const [leftOut, absent]: [S[], S[]] = [[], []];
  const changed: string[] = [];
  for (const each of shipped) {
    const { record } = each;
    if (record.type === 'complete') {
      kept.push({ shipped: each, source: undefined });
      continue;
    }
    const isConfiguration = 'defaults' in record && record.defaults !== undefined;
    // dpkg keeps the configuration that a link leads to; its records do not tell a link from a file.
    const follows = isConfiguration && record.type === 'any';
    const statOf = (path: string) => (follows ? host.stat(path) : host.lstat(path));
    const at = isConfiguration
      ? [each.at, ...(record.defaults ?? []).map((suffix) => `${each.at}${suffix}`)].find(
          (path) => statOf(path)?.type === 'file' && isShipped(host, path, record, algorithm),
        )
      : each.at;
    if (at === undefined) {
      leftOut.push(each);
      continue;
    }
    const stat = statOf(at);
    if (stat === undefined) {
      if (each.isOptional) absent.push(each);
      else changed.push(each.path);
      continue;
    }
    const verdict = verdictOf(host, record, at, stat);
    switch (verdict) {
      case 'kept':
        kept.push({ shipped: each, source: { at, stat } });
        break;
      case 'left out':
        leftOut.push(each);
        break;
      case 'changed':
        changed.push(each.path);
        break;
      default:
        verdict satisfies never;
    }
  }
  return { kept, leftOut, absent, changed };
}

type Verdict = 'kept' | 'left out' | 'changed';

function verdictOf(
  host: RootFiles,
  record: Exclude<ShippedRecord, { readonly type: 'complete' }>,
  at: string,
  { type }: FileStat,
): Verdict {
  switch (record.type) {
    case 'symlink':
      return type === 'symlink' && host.readlink(at) === record.target ? 'kept' : 'changed';
    case 'file':
      return type === 'file' ? byDigest(record) : 'changed';
    case 'any':
      if (type === 'file') return byDigest(record);
      return type === 'directory' || type === 'symlink' ? 'kept' : 'changed';
    default:
      return record satisfies never;
  }
}

function byDigest({ digest, withoutDigest }: ShippedContent): Verdict {
  if (digest !== undefined) return 'kept';
  return ({ take: 'kept', 'leave out': 'left out', refuse: 'changed' } as const)[withoutDigest];
}

function isShipped(
  host: RootFiles,
  path: string,
  { digest, size }: ShippedContent,
  algorithm: string,
): boolean {
  const bytes = host.readBytes(path)?.subarray(0, size);
  return bytes !== undefined && createHash(algorithm).update(bytes).digest('hex') === digest;
}

/** Writes the archive to `file` in `target`; nothing is left of it where installed files prove to be changed. */
export function writeRebuilt(
  target: RootFiles,
  file: string,
  archive: Iterable<Uint8Array>,
  { changed }: Pick<RebuiltTar, 'changed'>,
  leftOut: readonly Shipped[],
): Rebuilt {
  target.write(file, archive, 0o644);
  const files = changed();
  if (files.length > 0) {
    target.remove(file);
    return { type: 'changed', files };
  }
  const bytes = target.stat(file)?.size ?? 0;
  return { type: 'rebuilt', bytes, leftOut: leftOut.map(({ path }) => path) };
}

/** One entry of a package that is made of installed files. */
export interface RebuiltEntry {
  readonly tar: TarEntry;
  /** A file's place in the host and the digest it must have. */
  readonly content: { readonly at: string; readonly digest: string | undefined } | undefined;
}

export interface RebuiltTar {
  /** Bytes of the whole tar archive. */
  readonly size: number;
  /** Can be read once. */
  readonly chunks: Iterable<Uint8Array>;
  /** Files whose content was not what the package database says, when all chunks have been read. */
  changed(): readonly string[];
}

/** Installed files as a tar archive. */
export function rebuildTar(
  sys: Sys,
  host: RootFiles,
  entries: readonly RebuiltEntry[],
  algorithm: string,
): RebuiltTar {
  const changed: string[] = [];
  const size = entries.reduce(
    (sum, { tar }) =>
      sum + encodeTarHead(tar).length + (tar.type === 'file' ? padded(tar.size) : 0),
    encodeTarEnd().length,
  );
  function* chunks(): Generator<Uint8Array> {
    for (const { tar, content } of entries) {
      yield encodeTarHead(tar);
      if (tar.type !== 'file' || content === undefined) continue;
      const wanted = { ...content, size: tar.size, mayBeLonger: false };
      if (!(yield* checkedContent(sys, host, wanted, algorithm))) changed.push(tar.path);
      yield tarPadding(tar.size);
    }
    yield encodeTarEnd();
  }
  return { size, chunks: chunks(), changed: () => changed };
}

function padded(size: number): number {
  return size + tarPadding(size).length;
}

/**
 * The first `size` bytes of an installed file, hashed as they pass: what is checked is what was written, so a file that
 * changes meanwhile is noticed. Says at the end whether the content is the one that was shipped.
 */
export function* checkedContent(
  sys: Sys,
  host: RootFiles,
  { at, size, digest, mayBeLonger }: ContentToCheck,
  algorithm: string,
): Generator<Uint8Array, boolean> {
  const hash = createHash(algorithm);
  const file = sys.open(host.resolve(at));
  const isWhole = mayBeLonger || file.size === size;
  try {
    for (let offset = 0; offset < size; offset += chunkSize) {
      const wanted = Math.min(chunkSize, size - offset);
      const chunk = file.read(offset, wanted);
      hash.update(chunk);
      yield chunk;
      if (chunk.length < wanted) {
        // The head before it has promised as many bytes.
        yield Buffer.alloc(size - offset - chunk.length);
        return false;
      }
    }
  } finally {
    file.close();
  }
  return isWhole && (digest === undefined || hash.digest('hex') === digest);
}

export interface ContentToCheck {
  /** Its path in the host. */
  readonly at: string;
  readonly size: number;
  readonly digest: string | undefined;
  /** Lines may have been added at the end. */
  readonly mayBeLonger: boolean;
}

const chunkSize = 1 << 20;

/** Documentation and translations: a host may have left them out, and an initrd does so, too. */
export function isOptional(path: string): boolean {
  return optional.test(path);
}

const optional =
  /^usr\/share\/(?:doc|doc-base|man|info|locale|lintian|bug|help|groff|gtk-doc|gnome\/help|omf)(?:\/|$)/;
