import assert from 'node:assert/strict';
import { test } from 'node:test';
import { execFileSync } from 'node:child_process';
import { compress, decompress, xzCommand, zstdCommand } from '../../../src/compress/compress.ts';
import { compressInProcess } from '../../../src/compress/codec.ts';
import type { Compression } from '../../../src/model/config.ts';
import { makeSys } from '../../../src/sys/sys.ts';

const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const withZstd = makeSys({ searchPath });
const withoutZstd = { ...withZstd, which: () => undefined };

// Text that compresses to some tens of kilobytes, so that cutting it off lies inside a block.
const text = Buffer.from(
  Array.from({ length: 200_000 }, (_, n) => `line ${(n * 7919) % 104_729}\n`).join(''),
);

async function bytes(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

for (const compression of ['zstd', 'xz', 'gzip', 'none'] as const satisfies Compression[]) {
  test(`compress() and decompress() with ${compression} give the input back`, async () => {
    const packed = await bytes(compress(withZstd, [text], compression, 1));
    assert.ok((await bytes(decompress(withZstd, [packed], compression))).equals(text));
  });

  // Uncompressed input has no end of its own.
  if (compression === 'none') continue;
  test(`decompress() with ${compression} finds input that is cut off`, async () => {
    const packed = await bytes(compress(withZstd, [text], compression, 1));
    await assert.rejects(
      bytes(decompress(withZstd, [packed.subarray(0, packed.length - 300)], compression)),
    );
  });
}

test('zstd without the program writes what the program reads, and reads it back', async () => {
  const packed = await bytes(compress(withoutZstd, [text], 'zstd', 19));
  assert.ok(execFileSync('zstd', ['-dc'], { input: packed, maxBuffer: 1e8 }).equals(text));
  assert.ok((await bytes(decompress(withoutZstd, [packed], 'zstd'))).equals(text));
});

test('zstd without the program finds input that is cut off', async () => {
  const packed = await bytes(compressInProcess([text], 3));
  for (const missing of [1, 100, packed.length - 10]) {
    const cut = packed.subarray(0, packed.length - missing);
    await assert.rejects(bytes(decompress(withoutZstd, [cut], 'zstd')), /zstd frame/);
  }
});

test('The commands write what the kernel unpacks: one checked frame, CRC32 for xz', () => {
  assert.deepEqual(
    [zstdCommand(9).argv, xzCommand(12).argv],
    [
      ['zstd', '-T0', '--check', '--quiet', '--stdout', '-9', '--zstd=wlog=23'],
      ['xz', '--check=crc32', '-T0', '--stdout', '--quiet', '-9'],
    ],
  );
});
