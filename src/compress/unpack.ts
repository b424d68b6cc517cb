import type { ImageCompression } from '../model/contents.ts';
import { BuildError } from '../model/errors.ts';
import type { Sys } from '../model/sys.ts';
import { decompress } from './compress.ts';

/** Undoes what any generator may have done to a member. A program that is not there is named. */
export function unpack(
  sys: Sys,
  compression: Exclude<ImageCompression, 'none' | 'gzip'>,
  chunks: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  if (compression === 'zstd') return decompress(sys, chunks, compression);
  const [program, ...options] = commands[compression];
  if (sys.which(program) === undefined) {
    throw new BuildError(`Cannot unpack ${compression}: there is no "${program}" on this machine`, {
      hint: `Install the package that has ${program}`,
    });
  }
  return sys.pipe({ argv: [program, ...options], purpose: 'Decompress the image' }, chunks);
}

const commands = {
  xz: ['xz', '--decompress', '--stdout', '--quiet'],
  lzma: ['xz', '--format=lzma', '--decompress', '--stdout', '--quiet'],
  bzip2: ['bzip2', '--decompress', '--stdout', '--quiet'],
  lzo: ['lzop', '--decompress', '--stdout', '--quiet'],
  lz4: ['lz4', '--decompress', '--stdout', '--quiet'],
} satisfies Record<
  Exclude<ImageCompression, 'none' | 'gzip' | 'zstd'>,
  readonly [string, ...string[]]
>;
