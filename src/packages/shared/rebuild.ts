import { createHash } from 'node:crypto';
import { encodeTarEnd, encodeTarHead, tarPadding, type TarEntry } from '../../formats/tar.ts';
import type { Digest } from '../../model/packages.ts';
import type { RootFiles, Sys } from '../../model/sys.ts';

export type Rebuilt =
  | {
      readonly type: 'rebuilt';
      readonly bytes: number;
      /** Configuration files that were changed and whose packaged default is nowhere. */
      readonly leftOut: readonly string[];
    }
  /** Files that are not as the package shipped them: nothing was written. */
  | { readonly type: 'changed'; readonly files: readonly string[] };

/** One entry of a package that is made of installed files. */
export interface RebuiltEntry {
  readonly tar: TarEntry;
  /** Of a file: where it lies in the host, and what it must be. */
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

/**
 * Installed files as a tar archive. What is checked is what was written, so a file that changes meanwhile is noticed;
 * one that changes its size makes the archive unreadable and is among the changed ones as well.
 */
export function rebuildTar(
  sys: Sys,
  host: RootFiles,
  entries: readonly RebuiltEntry[],
  algorithm: Digest['algorithm'] | 'md5',
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
      const hash = createHash(algorithm);
      const file = sys.open(host.resolve(content.at));
      try {
        if (file.size !== tar.size) changed.push(tar.path);
        for (let at = 0; at < tar.size; at += chunkSize) {
          const wanted = Math.min(chunkSize, tar.size - at);
          const chunk = file.read(at, wanted);
          hash.update(chunk);
          yield chunk;
          if (chunk.length < wanted) {
            yield Buffer.alloc(tar.size - at - chunk.length);
            break;
          }
        }
      } finally {
        file.close();
      }
      if (content.digest !== undefined && hash.digest('hex') !== content.digest) {
        changed.push(tar.path);
      }
      yield tarPadding(tar.size);
    }
    yield encodeTarEnd();
  }
  return { size, chunks: chunks(), changed: () => [...new Set(changed)] };
}

function padded(size: number): number {
  return size + tarPadding(size).length;
}

const chunkSize = 1 << 20;

/** Where documentation and translations lie: a host may have left them out, and an initrd does so, too. */
export function isOptional(path: string): boolean {
  return optional.test(path);
}

const optional =
  /^usr\/share\/(?:doc|doc-base|man|info|locale|lintian|bug|help|groff|gtk-doc|gnome\/help|omf)(?:\/|$)/;
