import { byteReader } from '../formats/byte-reader.ts';
import { zstdFrame } from '../formats/zstd-frame.ts';

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Passes zstd frames through and throws where the last one is cut off: zstd-codec would not say. */
export async function* assertWholeFrames(chunks: Chunks): AsyncGenerator<Uint8Array> {
  const reader = byteReader(chunks);
  while ((await reader.peek(1)).length > 0) yield* zstdFrame(reader);
}
