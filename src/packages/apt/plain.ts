import {
  arHeaderSize,
  arSizeField,
  arSizeOffset,
  encodeArHeader,
  readArMembers,
  type ArMember,
} from '../../formats/ar.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { OpenFile, Sys } from '../../model/sys.ts';
import type { FetchedArchive } from '../driver.ts';
import type { SeenDeb } from './dpkg-commands.ts';
import { aptPaths, inside } from './layout.ts';

/** An archive, and a copy whose files are not compressed: two of dpkg's programs read each archive, one after the other. */
export interface PlainDeb extends SeenDeb {
  /** Of the archive. */
  readonly bytes: number;
  /** The copy's name, which is the archive's, and the offset of its last member. */
  readonly copy: { readonly file: string; readonly offset: number } | undefined;
}

/** Begins the copies: all members up to the files, and a header for those. */
export function beginPlain(
  sys: Sys,
  request: PackageRequest,
  archives: readonly FetchedArchive[],
): readonly PlainDeb[] {
  const paths = aptPaths(request);
  const target = sys.root(paths.plain);
  target.mkdir('/', 0o755);
  return archives.map(({ file, path, size }) => {
    const archive = `${inside.archives}/${file}`;
    const source = sys.open(path);
    try {
      const data = compressedFiles(source);
      if (data === undefined) return { archive, plain: undefined, bytes: size, copy: undefined };
      const head = encodeArHeader('data.tar', 0, data.mtime);
      target.write(file, Buffer.concat([source.read(0, data.offset), head]), 0o644);
      const plain = `${inside.plain}/${file}`;
      return { archive, plain, bytes: size, copy: { file, offset: data.offset } };
    } finally {
      source.close();
    }
  });
}

/** Says in the completed copies how long their last member has become. */
export function endPlain(sys: Sys, request: PackageRequest, debs: readonly PlainDeb[]): void {
  const target = sys.root(aptPaths(request).plain);
  for (const { copy } of debs) {
    if (copy === undefined) continue;
    // A tar archive is a number of blocks: it needs no byte to make it even.
    const size = (target.stat(copy.file)?.size ?? 0) - copy.offset - arHeaderSize;
    target.patch(copy.file, copy.offset + arSizeOffset, arSizeField(size));
  }
}

export function removePlain(sys: Sys, request: PackageRequest): void {
  const target = sys.root(aptPaths(request).plain);
  for (const name of target.list('/')) target.remove(name);
}

/** The order in which several processes are done soonest. */
export function largestFirst(debs: readonly PlainDeb[]): readonly PlainDeb[] {
  return debs.toSorted((a, b) => b.bytes - a.bytes);
}

/** The member with the files; undefined where it is not compressed, or dpkg-deb has to say what is wrong. */
function compressedFiles(archive: OpenFile): ArMember | undefined {
  for (const member of readArMembers((offset, length) => archive.read(offset, length))) {
    if (member.name === 'data.tar') return undefined;
    if (member.name.startsWith('data.tar.')) return member;
  }
  return undefined;
}
