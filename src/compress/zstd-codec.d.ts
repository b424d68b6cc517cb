/** The part of zstd-codec 0.1.5 that we use; it ships no types. */
declare module 'zstd-codec/lib/zstd-stream.js' {
  import type { Transform } from 'node:stream';

  interface ZstdStreams {
    /** Writes one frame without content size and checksum. Above level 9 its 16 MiB heap is too small. */
    readonly ZstdCompressTransform: new (level: number) => Transform;
    /** Ends without an error when the input is cut short. */
    readonly ZstdDecompressTransform: new () => Transform;
  }
  const stream: { run(ready: (streams: ZstdStreams) => void): void };
  export default stream;
}
