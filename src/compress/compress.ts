import { createGzip, createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import type { Compression } from '../model/config.ts';
import type { Codec } from '../model/image.ts';
import type { Command, Sys } from '../model/sys.ts';
import { BuildError } from '../model/errors.ts';
import { assertWholeFrames } from './whole-frames.ts';

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Both directions, as a value to hand to other rooms. */
export function codec(sys: Sys): Codec {
  return {
    compress: (chunks, compression, level) => compress(sys, chunks, compression, level),
    decompress: (chunks, compression) => decompress(sys, chunks, compression),
  };
}

/** One compressed frame of the whole input, as the kernel wants it (init/initramfs.c). */
export function compress(
  sys: Sys,
  chunks: Chunks,
  compression: Compression,
  level: number,
): AsyncIterable<Uint8Array> {
  switch (compression) {
    case 'none':
      return asAsync(chunks);
    case 'zstd':
      return compressZstd(sys, chunks, level);
    case 'xz':
      return sys.pipe(xzCommand(level), chunks);
    case 'gzip':
      return Readable.from(copies(chunks)).pipe(createGzip({ level: Math.min(level, 9) }));
    default:
      return compression satisfies never;
  }
}

/** Undoes compress(). Input that ends too early is an error, with whatever program. */
export function decompress(
  sys: Sys,
  chunks: Chunks,
  compression: Compression,
): AsyncIterable<Uint8Array> {
  switch (compression) {
    case 'none':
      return asAsync(chunks);
    case 'zstd':
      return decompressZstd(sys, chunks);
    case 'xz':
      return sys.pipe(
        { argv: ['xz', '--decompress', '--stdout', '--quiet'], purpose: 'Decompress the image' },
        chunks,
      );
    case 'gzip':
      return Readable.from(copies(chunks)).pipe(createGunzip());
    default:
      return compression satisfies never;
  }
}

// The window is the largest that the kernel unpacks (lib/decompress_unzstd.c): for the same work an image is 1 % smaller.
export function zstdCommand(level: number): Command {
  return {
    argv: ['zstd', '-T0', '--check', '--quiet', '--stdout', `-${level}`, '--zstd=wlog=23'],
    purpose: 'Compress the image',
  };
}

// The kernel's decoder knows CRC32 only (lib/xz/xz_dec_stream.c).
export function xzCommand(level: number): Command {
  return {
    argv: ['xz', '--check=crc32', '-T0', '--stdout', '--quiet', `-${Math.min(level, 9)}`],
    purpose: 'Compress the image',
  };
}

async function* compressZstd(sys: Sys, chunks: Chunks, level: number): AsyncGenerator<Uint8Array> {
  if (sys.which('zstd') !== undefined) {
    yield* sys.pipe(zstdCommand(level), chunks);
    return;
  }
  const { compressInProcess } = await builtInZstd();
  yield* compressInProcess(chunks, level);
}

async function* decompressZstd(sys: Sys, chunks: Chunks): AsyncGenerator<Uint8Array> {
  if (sys.which('zstd') !== undefined) {
    yield* sys.pipe(
      { argv: ['zstd', '--decompress', '--stdout', '--quiet'], purpose: 'Decompress the image' },
      chunks,
    );
    return;
  }
  const { decompressInProcess } = await builtInZstd();
  yield* decompressInProcess(assertWholeFrames(chunks));
}

/** A file of its own in the bundle, which a distribution may leave out where its package depends on zstd. */
async function builtInZstd(): Promise<typeof import('./codec.ts')> {
  try {
    return await import('./codec.ts');
  } catch (cause) {
    throw new BuildError('Cannot use zstd: neither its program nor the built-in codec is there', {
      hint: 'Install zstd, or choose another compression with CompressOutput=gzip',
      cause,
    });
  }
}

// A stream reads ahead, and the chunks may share one buffer.
async function* copies(chunks: Chunks): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}

async function* asAsync(chunks: Chunks): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
