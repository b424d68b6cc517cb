import { createHash, type Hash } from 'node:crypto';
import {
  encodeRpmFileStart,
  encodeRpmStart,
  payloadFormat,
  rpmFilePadding,
  rpmPayloadEnd,
} from '../../formats/rpm-archive.ts';
import {
  fileAlgorithm,
  filesOf,
  rpmFileFlags,
  rpmGhost,
  type RpmFile,
} from '../../formats/rpm-files.ts';
import { numbersOf, patchRpmHeader, rpmHeaderMagic } from '../../formats/rpm-header.ts';
import { pathBytes } from '../../model/path-bytes.ts';
import type { RootFiles, Sys } from '../../model/sys.ts';
import {
  checkedContent,
  collectInstalled,
  isOptional,
  type Kept,
  type Rebuilt,
  type Shipped,
} from '../shared/rebuild.ts';
import type { InstalledRpm } from './front-end.ts';

/**
 * Writes the archive of an installed package to `file` in `target`, uncompressed: the header of rpm's database and the
 * files of the host that still have the digests in it. In the header change the digests of the payload, which was
 * another one, and what is left out becomes a ghost, which belongs to a package without being in it.
 */
export function rebuildRpm(
  sys: Sys,
  host: RootFiles,
  name: string,
  { header, notInstalled }: InstalledRpm,
  target: RootFiles,
  file: string,
): Rebuilt | { readonly type: 'impossible' } {
  const format = payloadFormat(header);
  const algorithm = fileAlgorithm(header);
  if (format === undefined || algorithm === undefined) return { type: 'impossible' };
  const collected = collectInstalled(host, shippedBy({ header, notInstalled }), algorithm);
  if (collected.changed.length > 0) return { type: 'changed', files: collected.changed };
  const entries = entriesOf(filesOf(header), collected.kept);
  const leftOut = collected.leftOut.map(({ path }) => path);
  const ghosts = [...collected.leftOut, ...collected.absent].map(({ index }) => index);

  const flags = numbersOf(header, rpmFileFlags);
  const ghostFlags = {
    tag: rpmFileFlags,
    values: new Map(ghosts.map((index) => [index, (flags[index] ?? 0) | rpmGhost])),
  };
  const changed: string[] = [];
  const [plain, stored] = [createHash('sha256'), createHash('sha256')];
  // Of all behind the signature, for a header that has no digest of the payload and so is final already.
  const whole =
    format.digests === undefined
      ? createHash('md5')
          .update(rpmHeaderMagic)
          .update(patchRpmHeader(header, ghostFlags, format.strings))
      : undefined;
  let size = 0;
  const content = payload(sys, host, entries, algorithm, changed);
  for (const chunk of format.store(hashed(content, plain))) {
    stored.update(chunk);
    whole?.update(chunk);
    size += chunk.length;
  }
  if (changed.length > 0) return { type: 'changed', files: [...new Set(changed)] };

  const digests: readonly (readonly [tag: number, hex: string])[] =
    format.digests === undefined
      ? []
      : [
          [format.digests.stored, stored.digest('hex')],
          [format.digests.plain, plain.digest('hex')],
        ];
  const patched = patchRpmHeader(header, ghostFlags, new Map([...format.strings, ...digests]));
  const md5 = whole?.digest();
  // Read a second time, for the digests stand in front: what has changed since is not what the header says.
  function* archive(): Generator<Uint8Array> {
    yield encodeRpmStart(name, patched, size, md5);
    yield rpmHeaderMagic;
    yield patched;
    if (format !== undefined) yield* format.store(payload(sys, host, entries, algorithm ?? '', []));
  }
  target.write(file, archive(), 0o644);
  return { type: 'rebuilt', bytes: target.stat(file)?.size ?? 0, leftOut };
}

/** One file of the payload. */
interface PayloadEntry {
  /** In the header. */
  readonly index: number;
  readonly file: RpmFile;
  readonly content:
    | { readonly type: 'none' }
    | { readonly type: 'link' }
    /** Its path in the host. */
    | { readonly type: 'file'; readonly at: string };
}

interface ShippedRpmFile extends Shipped {
  /** In the header. */
  readonly index: number;
  readonly file: RpmFile;
}

/** The records of rpm's database: the header as it was built has everything but the files' contents. */
function shippedBy({ header, notInstalled }: InstalledRpm): readonly ShippedRpmFile[] {
  return [...filesOf(header).entries()]
    .filter(([, file]) => !file.isGhost)
    .map(([index, file]) => ({
      ...{ index, file, path: file.path, at: file.path },
      isOptional: file.isOptional || isOptional(file.path) || notInstalled.has(index),
      record:
        file.type === 'file'
          ? {
              type: 'file',
              digest: file.digest,
              withoutDigest: 'refuse',
              defaults: file.mayChange ? ['.rpmnew'] : undefined,
              // Lines that were only added are cut off.
              size: file.size,
            }
          : { type: 'complete' },
    }));
}

function entriesOf(
  files: readonly RpmFile[],
  kept: readonly Kept<ShippedRpmFile>[],
): readonly PayloadEntry[] {
  const last = lastLinks(files);
  return kept.map(({ shipped: { index, file }, source }) => {
    // In front of a payload of rpm a link has its target.
    if (source === undefined) {
      return { index, file, content: { type: file.type === 'symlink' ? 'link' : 'none' } };
    }
    // The last of several links to one file has the content.
    const isEmpty = !file.mayChange && !last.has(index);
    return { index, file, content: isEmpty ? { type: 'none' } : { type: 'file', at: source.at } };
  });
}

function lastLinks(files: readonly RpmFile[]): ReadonlySet<number> {
  const byInode = new Map(files.map(({ inode }, index) => [inode, index]));
  return new Set(byInode.values());
}

/** The payload before it is compressed; what is not as the header has it is added to `changed`. */
function* payload(
  sys: Sys,
  host: RootFiles,
  entries: readonly PayloadEntry[],
  algorithm: string,
  changed: string[],
): Generator<Uint8Array> {
  for (const { index, file, content } of entries) {
    yield encodeRpmFileStart(index);
    switch (content.type) {
      case 'none':
        break;
      case 'link':
        yield pathBytes(file.target);
        yield rpmFilePadding(pathBytes(file.target).length);
        break;
      case 'file': {
        const { size, digest, mayChange: mayBeLonger } = file;
        const wanted = { at: content.at, size, digest, mayBeLonger };
        if (!(yield* checkedContent(sys, host, wanted, algorithm))) changed.push(file.path);
        yield rpmFilePadding(file.size);
        break;
      }
      default:
        content satisfies never;
    }
  }
  yield rpmPayloadEnd;
}

function* hashed(chunks: Iterable<Uint8Array>, hash: Hash): Generator<Uint8Array> {
  for (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}
