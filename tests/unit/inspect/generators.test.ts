// Images as other generators make them: microcode first, then whatever a kernel can unpack.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { ImageCompression } from '../../../src/model/contents.ts';
import { scratch } from '../../helpers/scratch.ts';
import { output, without } from '../formats/tools.ts';
import { directory, link, padded, rawCpio } from './raw-cpio.ts';
import { paths, readImage, sys } from './read-image.ts';

// Adler-32 of the content; that of the block is left out where the block is stored.
const lzopFlags = 0x3;

const microcode = rawCpio(
  directory('kernel'),
  directory('kernel/x86'),
  directory('kernel/x86/microcode'),
  { path: 'kernel/x86/microcode/GenuineIntel.bin', data: 'microcode' },
);
const content = Buffer.from('compressible '.repeat(100_000));
const main = rawCpio(
  directory('.'),
  directory('./usr'),
  directory('./usr/bin'),
  link('./bin', 'usr/bin'),
  { path: './bin/tool', mode: 0o104755, data: content },
);
const host = rawCpio(directory('etc'), { path: 'etc/hostname', data: 'here\n' });

const packers = {
  none: (bytes) => bytes,
  gzip: (bytes) => gzipSync(bytes),
  zstd: (bytes) => output(['zstd', '-q', '-c'], bytes),
  xz: (bytes) => output(['xz', '--check=crc32', '-c'], bytes),
  lz4: (bytes) => output(['lz4', '-l', '-q', '-c'], bytes),
  lzma: (bytes) => output(['xz', '--format=lzma', '-c'], bytes),
  bzip2: (bytes) => output(['bzip2', '-c'], bytes),
  lzo: storedLzop,
} satisfies Record<ImageCompression, (bytes: Buffer) => Buffer>;

// Named as the compressions are.
const programs: ReadonlySet<string> = new Set(['zstd', 'xz', 'lz4', 'bzip2']);

// Only a decoder finds their end, so that nothing can follow.
const endless: readonly string[] = ['lzma', 'bzip2'];

const magics = {
  lzo: storedLzop(Buffer.from('x')),
  lz4: Buffer.from('02214c18', 'hex'),
  bzip2: Buffer.from('425a68393141', 'hex'),
  lzma: Buffer.from('5d0000800000', 'hex'),
};

for (const [compression, pack] of Object.entries(packers)) {
  const skip = programs.has(compression) ? without(compression) : false;
  test(
    `an image with ${compression} behind its microcode is read to the end`,
    { skip },
    async (t) => {
      const last = endless.includes(compression) ? [] : [host];
      const image = [microcode, pack(main), ...last].map(padded);
      const contents = await readImage(scratch(t), Buffer.concat(image), (source) => ({
        ...source,
        unpack: (kind, chunks) =>
          kind === 'lzo' ? unpackLzop(chunks) : source.unpack(kind, chunks),
      }));
      assert.equal(contents.damage, undefined);
      assert.deepEqual(contents.remarks, []);
      assert.deepEqual(paths(contents), [
        'bin -> usr/bin',
        ...(last.length === 0 ? [] : ['etc', 'etc/hostname']),
        'kernel',
        'kernel/x86',
        'kernel/x86/microcode',
        'kernel/x86/microcode/GenuineIntel.bin',
        'usr',
        'usr/bin',
        'usr/bin/tool',
      ]);
      const tool = contents.entries.find(({ path }) => path === 'usr/bin/tool');
      assert.equal(tool?.size, content.length);
      assert.equal(tool?.mode, 0o4755);
      assert.deepEqual(
        contents.members.map((member) => [member.name, member.compression, member.bytes]),
        [
          ['microcode', 'none', microcode.length],
          [
            '#2',
            compression,
            endless.includes(compression) ? padded(pack(main)).length : pack(main).length,
          ],
          ...(last.length === 0 ? [] : [['#3', 'none', host.length]]),
        ],
      );
    },
  );
}

test('several archives in one compressed member are all read', async (t) => {
  const image = gzipSync(Buffer.concat([host, Buffer.alloc(512), main]));
  const contents = await readImage(scratch(t), image);
  assert.equal(contents.damage, undefined);
  assert.ok(paths(contents).includes('etc/hostname'));
  assert.ok(paths(contents).includes('usr/bin/tool'));
});

test('an archive with checksums is one like any other', async (t) => {
  const image = rawCpio({ path: 'a', magic: '070702', data: 'x' });
  const contents = await readImage(scratch(t), image);
  assert.deepEqual([contents.damage, paths(contents)], [undefined, ['a']]);
});

for (const [compression, program] of [
  ['lzo', 'lzop'],
  ['lz4', 'lz4'],
  ['bzip2', 'bzip2'],
  ['lzma', 'xz'],
] as const) {
  test(`without ${program} an image with ${compression} says what to install`, async (t) => {
    const { unpack } = await import('../../../src/compress/unpack.ts');
    const bare = { ...sys, which: () => undefined };
    const image = Buffer.concat([microcode, magics[compression]]);
    const { damage, entries } = await readImage(scratch(t), image, (source) => ({
      ...source,
      unpack: (kind, chunks) => unpack(bare, kind, chunks),
    }));
    assert.match(damage?.message ?? '', new RegExp(`no "${program}" on this machine`));
    assert.match(damage?.hint ?? '', new RegExp(`Install .*${program}`));
    assert.equal(entries.length, 4, 'the microcode is shown all the same');
  });
}

// lzop stores a block that does not shrink as it stands.
function storedLzop(bytes: Buffer): Buffer {
  const head = Buffer.alloc(9 + 2 + 2 + 2 + 1 + 1 + 4 + 4 + 4 + 4 + 1 + 4);
  Buffer.from('894c5a4f000d0a1a0a', 'hex').copy(head);
  head.writeUInt16BE(0x1040, 9);
  head.writeUInt32BE(lzopFlags, 17);
  const blocks: Buffer[] = [head];
  for (let at = 0; at < bytes.length; at += 1 << 18) {
    const block = bytes.subarray(at, at + (1 << 18));
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32BE(block.length, 0);
    sizes.writeUInt32BE(block.length, 4);
    blocks.push(sizes, block);
  }
  return Buffer.concat([...blocks, Buffer.alloc(4)]);
}

async function* unpackLzop(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const chunk of chunks) pieces.push(chunk);
  const whole = Buffer.concat(pieces);
  let at = 38;
  for (;;) {
    const size = whole.readUInt32BE(at);
    if (size === 0) break;
    yield whole.subarray(at + 12, at + 12 + size);
    at += 12 + size;
  }
  assert.equal(at + 4, whole.length, 'lzop is handed its own bytes alone');
}
