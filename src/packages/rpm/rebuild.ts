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
import type { RootFiles, Sys } from '../../model/sys.ts';
import { isOptional, type Rebuilt } from '../shared/rebuild.ts';
import type { InstalledRpm } from './installed.ts';

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
  const { entries, leftOut, ghosts, missing } = collect(
    host,
    filesOf(header),
    notInstalled,
    algorithm,
  );
  if (missing.length > 0) return { type: 'changed', files: missing };

  const changed: string[] = [];
  const [plain, stored] = [createHash('sha256'), createHash('sha256')];
  let size = 0;
  const content = payload(sys, host, entries, algorithm, changed);
  for (const chunk of format.store(hashed(content, plain))) {
    stored.update(chunk);
    size += chunk.length;
  }
  if (changed.length > 0) return { type: 'changed', files: [...new Set(changed)] };

  const flags = numbersOf(header, rpmFileFlags);
  const patched = patchRpmHeader(
    header,
    {
      tag: rpmFileFlags,
      values: new Map(ghosts.map((index) => [index, (flags[index] ?? 0) | rpmGhost])),
    },
    new Map([
      [format.digests.stored, stored.digest('hex')],
      [format.digests.plain, plain.digest('hex')],
    ]),
  );
  // Read a second time, for the digests stand in front: what has changed since is not what the header says.
  function* archive(): Generator<Uint8Array> {
    yield encodeRpmStart(name, patched, size);
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
    /** Where it lies in the host. */
    | { readonly type: 'file'; readonly at: string };
}

interface Collected {
  readonly entries: readonly PayloadEntry[];
  /** What could be had and is not as it was shipped, for the user to know. */
  readonly leftOut: readonly string[];
  /** All that is left out, by its number in the header. */
  readonly ghosts: readonly number[];
  readonly missing: readonly string[];
}

function collect(
  host: RootFiles,
  files: readonly RpmFile[],
  notInstalled: ReadonlySet<number>,
  algorithm: string,
): Collected {
  const entries: PayloadEntry[] = [];
  const leftOut: string[] = [];
  const ghosts: number[] = [];
  const missing: string[] = [];
  const last = lastLinks(files);
  for (const [index, file] of files.entries()) {
    if (file.isGhost) continue;
    if (file.type !== 'file') {
      // All of it is in the header; in front of a payload of rpm a link has its target.
      entries.push({ index, file, content: { type: file.type === 'symlink' ? 'link' : 'none' } });
    } else if (file.mayChange) {
      const at = packagedDefault(host, file, algorithm);
      if (at !== undefined) entries.push({ index, file, content: { type: 'file', at } });
      else {
        ghosts.push(index);
        leftOut.push(file.path);
      }
    } else if (host.lstat(file.path)?.type === 'file') {
      // Of several links to one file the last has the content.
      const content = { type: 'file', at: file.path } as const;
      entries.push({ index, file, content: last.has(index) ? content : { type: 'none' } });
    } else if (host.lstat(file.path) === undefined && isAbsent(file, index, notInstalled)) {
      ghosts.push(index);
    } else missing.push(file.path);
  }
  return { entries, leftOut, ghosts, missing };
}

/** Whether the host may have been installed without the file. */
function isAbsent(file: RpmFile, index: number, notInstalled: ReadonlySet<number>): boolean {
  return file.isOptional || isOptional(file.path) || notInstalled.has(index);
}

function lastLinks(files: readonly RpmFile[]): ReadonlySet<number> {
  const byInode = new Map(files.map(({ inode }, index) => [inode, index]));
  return new Set(byInode.values());
}

/** The file itself where it is as it was shipped or was only added to, or what rpm left beside it. */
function packagedDefault(
  host: RootFiles,
  { path, size, digest }: RpmFile,
  algorithm: string,
): string | undefined {
  return [path, `${path}.rpmnew`].find((candidate) => {
    if (host.lstat(candidate)?.type !== 'file') return false;
    const bytes = host.readBytes(candidate)?.subarray(0, size);
    return bytes !== undefined && createHash(algorithm).update(bytes).digest('hex') === digest;
  });
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
        yield Buffer.from(file.target);
        yield rpmFilePadding(Buffer.byteLength(file.target));
        break;
      case 'file': {
        const hash = createHash(algorithm);
        const source = sys.open(host.resolve(content.at));
        try {
          if (source.size !== file.size && !file.mayChange) changed.push(file.path);
          for (let at = 0; at < file.size; at += chunkSize) {
            const chunk = source.read(at, Math.min(chunkSize, file.size - at));
            hash.update(chunk);
            yield chunk;
          }
        } finally {
          source.close();
        }
        if (hash.digest('hex') !== file.digest) changed.push(file.path);
        yield rpmFilePadding(file.size);
        break;
      }
      default:
        content satisfies never;
    }
  }
  yield rpmPayloadEnd;
}

const chunkSize = 1 << 20;

function* hashed(chunks: Iterable<Uint8Array>, hash: Hash): Generator<Uint8Array> {
  for (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}
