import type { AbsolutePath } from './brands.ts';
import type { Compression } from './config.ts';
import type { PartName } from './plan.ts';

/** One entry of a cpio member. Paths have no leading slash; times are whole seconds since 1970. */
export type Entry = EntryBase &
  (
    | { readonly type: 'directory' }
    | { readonly type: 'symlink'; readonly target: string }
    | { readonly type: 'file'; readonly content: FileContent }
    | { readonly type: 'character' | 'block'; readonly major: number; readonly minor: number }
  );

export interface EntryBase {
  readonly path: string;
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
}

export type FileContent =
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  | { readonly type: 'file'; readonly source: AbsolutePath; readonly size: number };

/** An entry of an archive that is being read. */
export type StreamedEntry =
  | Exclude<Entry, { readonly type: 'file' }>
  | (EntryBase & {
      readonly type: 'file';
      /** Can be read once, and only until the next entry is asked for. */
      readonly content: {
        readonly type: 'stream';
        readonly size: number;
        readonly chunks: AsyncIterable<Uint8Array>;
      };
    });

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** How members are packed and unpacked, for the rooms that do neither by themselves. */
export interface Codec {
  /** One frame of the whole input. */
  readonly compress: (
    chunks: Chunks,
    compression: Compression,
    level: number,
  ) => AsyncIterable<Uint8Array>;
  /** Input that ends too early is an error. */
  readonly decompress: (chunks: Chunks, compression: Compression) => AsyncIterable<Uint8Array>;
}

/** A member as written to disk. */
export interface WrittenPart {
  readonly name: PartName;
  readonly compression: Compression;
  readonly file: AbsolutePath;
  /** Bytes in the image, padding not counted. */
  readonly bytes: number;
  /** Bytes of the cpio before compression. */
  readonly unpackedBytes: number;
  readonly entries: number;
  /** In hex, where the part has been read back: a part with other bytes goes into no image. */
  readonly sha256?: string | undefined;
}
