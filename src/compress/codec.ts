// zstd without a zstd program. The library has a file of its own, because parsing it takes 30 ms.
import { Readable, type Transform } from 'node:stream';
import zstdStream from 'zstd-codec/lib/zstd-stream.js';

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** The most that fits the library's fixed heap. */
export const mostLevel = 9;

// Its buffers hold one chunk; larger ones abort it.
const mostChunk = 256 * 1024;

export async function* compressInProcess(
  chunks: Chunks,
  level: number,
): AsyncGenerator<Uint8Array> {
  const { ZstdCompressTransform } = await streams();
  yield* through(chunks, new ZstdCompressTransform(Math.min(level, mostLevel)));
}

/** Cut-off input ends early without an error: the caller has to check the frame. */
export async function* decompressInProcess(chunks: Chunks): AsyncGenerator<Uint8Array> {
  const { ZstdDecompressTransform } = await streams();
  yield* through(chunks, new ZstdDecompressTransform());
}

type Streams = Parameters<Parameters<typeof zstdStream.run>[0]>[0];

function streams(): Promise<Streams> {
  return new Promise((resolve) => {
    zstdStream.run(resolve);
  });
}

async function* through(chunks: Chunks, transform: Transform): AsyncGenerator<Uint8Array> {
  const source = Readable.from(small(chunks));
  source.on('error', (error) => transform.destroy(error));
  for await (const chunk of source.pipe(transform)) {
    if (chunk instanceof Uint8Array) yield chunk;
  }
}

async function* small(chunks: Chunks): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += mostChunk) {
      // A copy: a stream reads ahead, and the chunks may share one buffer.
      yield Buffer.from(chunk.subarray(at, at + mostChunk));
    }
  }
}
