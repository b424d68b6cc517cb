/** The compressions that a kernel can unpack (Linux, lib/decompress.c). */
export type ImageCompression = 'none' | 'gzip' | 'bzip2' | 'lzma' | 'xz' | 'lzo' | 'lz4' | 'zstd';

/** An initrd as it stands, ours or another generator's, or that of a unified kernel image. */
export interface ImageContents {
  readonly path: string;
  readonly kind: 'initrd' | 'uki';
  /** Of the whole file. */
  readonly bytes: number;
  readonly members: readonly ContentMember[];
  /** The files that the kernel makes of it, sorted bytewise by path. */
  readonly entries: readonly ContentEntry[];
  /** Only an image of ours tells of itself. */
  readonly manifest: ContentManifest | undefined;
  /** Entries that come to nothing, and faults of the archive. */
  readonly remarks: readonly ContentRemark[];
  /** How many more there are: the first hundred are kept. */
  readonly moreRemarks: number;
  /** Why it could not be read on; what came before is here. */
  readonly damage: { readonly message: string; readonly hint: string | undefined } | undefined;
}

export interface ContentMember {
  /** The part's name where the image tells it, else "microcode", or "#2" for the second. */
  readonly name: string;
  readonly compression: ImageCompression;
  /** Bytes from the file's start. */
  readonly offset: number;
  /** Bytes in the file; up to where it could be read. */
  readonly bytes: number;
  /** Bytes of the files' contents. */
  readonly unpackedBytes: number;
  readonly entries: number;
}

export interface ContentEntry {
  /** From the image's root without a leading slash, links on the way to it followed, as pathText() makes it. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'character' | 'block' | 'fifo' | 'socket';
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of a file's content; 0 for all else. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Index of the member. */
  readonly member: number;
  /** Of a symlink. */
  readonly target?: string;
  /** Of a device node. */
  readonly device?: { readonly major: number; readonly minor: number };
  /** The same for all names of one file that has several. */
  readonly link?: string;
  /** Hex SHA-256 of a file's content, where it was asked for. */
  readonly digest?: string;
  /** Indexes of members whose entry of this path it takes the place of. */
  readonly replaces: readonly number[];
  /** Undefined where nothing is known of it. */
  readonly owner: string | undefined;
  /** Place in the order of the image's entries, from 0. */
  readonly order: number;
}

export interface ContentManifest {
  readonly kernelVersion: string | undefined;
  readonly packages: readonly ContentPackage[];
  readonly parts: readonly string[];
  /** Packages of the base part's entries in their order, with how many in a row; null where no package has them. */
  readonly owners: readonly (readonly [owner: string | null, count: number])[];
}

export interface ContentPackage {
  readonly name: string;
  readonly version: string;
}

/** What a kernel makes of an entry otherwise than its writer meant, or a fault of the archive that can be read over. */
export type ContentRemark =
  | { readonly type: 'leads out'; readonly path: string }
  /** Its directory comes later, or not at all. */
  | { readonly type: 'no directory'; readonly path: string }
  /** What lies above it is a file, or a link to nothing. */
  | { readonly type: 'no way'; readonly path: string }
  | { readonly type: 'directory stays'; readonly path: string }
  | { readonly type: 'link lost'; readonly path: string; readonly target: string }
  | { readonly type: 'misaligned'; readonly offset: number }
  | { readonly type: 'no trailer'; readonly offset: number };

/** In a line for people; `shown` makes names fit to be printed. */
export function describeContentRemark(
  remark: ContentRemark,
  shown: (name: string) => string,
): string {
  switch (remark.type) {
    case 'leads out':
      return `"${shown(remark.path)}" leads out of its directory: it is left out`;
    case 'no directory':
      return `"${shown(remark.path)}" comes before its directory: the kernel may leave it out`;
    case 'no way':
      return `"${shown(remark.path)}" is lost: what lies above it is no directory`;
    case 'directory stays':
      return `"${shown(remark.path)}" is lost: a directory with files stands there`;
    case 'link lost':
      return `"${shown(remark.path)}" was a link to "${shown(remark.target)}" before it became a directory`;
    case 'misaligned':
      return `The archive at offset ${remark.offset} does not start at a multiple of 4: the kernel may not find it`;
    case 'no trailer':
      return `The archive at offset ${remark.offset} ends without TRAILER!!!: it is cut off, or split over frames`;
    default:
      return remark satisfies never;
  }
}
