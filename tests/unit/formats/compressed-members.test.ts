import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { byteReader, type ByteReader } from '../../../src/formats/byte-reader.ts';
import { gzipMember } from '../../../src/formats/gzip-member.ts';
import { memberKind } from '../../../src/formats/member-magic.ts';
import { xzStream } from '../../../src/formats/xz-stream.ts';
import { parseZstdHeader, zstdFrame } from '../../../src/formats/zstd-frame.ts';
import { output, without } from './tools.ts';

const SAMPLE = Buffer.concat([
  Buffer.from('compressible '.repeat(30_000)),
  randomBytes(300_000),
  Buffer.alloc(400_000),
]);

async function drain<End>(walk: AsyncGenerator<Buffer, End>): Promise<{ bytes: Buffer; end: End }> {
  const pieces: Buffer[] = [];
  for (;;) {
    const next = await walk.next();
    if (next.done === true) return { bytes: Buffer.concat(pieces), end: next.value };
    pieces.push(next.value);
  }
}

function chunked(bytes: Buffer, size: number): ByteReader {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return byteReader(chunks);
}

test('memberKind knows every format by its first bytes', () => {
  const table: readonly [string, ReturnType<typeof memberKind>][] = [
    ['303730373031', 'newc'],
    ['303730373032', 'newc-crc'],
    ['303730373037', 'odc'],
    ['28b52ffd0458', 'zstd'],
    ['502a4d180000', 'zstd-skippable'],
    ['5f2a4d180000', 'zstd-skippable'],
    ['fd377a585a00', 'xz'],
    ['1f8b08000000', 'gzip'],
    ['02214c180000', 'lz4'],
    ['04224d186040', 'lz4-frame'],
    ['425a68393141', 'bzip2'],
    ['5d0000800000', 'lzma'],
    ['894c5a4f000d', 'lzo'],
    ['000000000000', undefined],
    ['', undefined],
    ['28b5', undefined],
  ];
  for (const [hex, kind] of table) assert.equal(memberKind(Buffer.from(hex, 'hex')), kind, hex);
});

test('parseZstdHeader reads windows, sizes, checksum flag and dictionary', () => {
  const table: readonly [string, Partial<ReturnType<typeof parseZstdHeader>>][] = [
    [
      '28b52ffd 04 58 000000',
      { windowSize: 2 ** 21, contentSize: undefined, checksum: true, dictionaryId: 0, length: 6 },
    ],
    ['28b52ffd 00 68 000000', { windowSize: 2 ** 23, checksum: false }],
    ['28b52ffd 00 69 000000', { windowSize: 2 ** 23 + 2 ** 20 }],
    ['28b52ffd 20 09 000000', { windowSize: 9, contentSize: 9, length: 6 }],
    ['28b52ffd 60 0001 000000', { windowSize: 512, contentSize: 512, length: 7 }],
    ['28b52ffd a0 00000100 00', { windowSize: 65536, contentSize: 65536, length: 9 }],
    ['28b52ffd c0 58 0000000001000000', { windowSize: 2 ** 21, contentSize: 2 ** 32, length: 14 }],
    ['28b52ffd 03 58 78563412', { dictionaryId: 0x12345678, length: 10 }],
  ];
  for (const [hex, expected] of table) {
    const header = parseZstdHeader(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
    assert.deepEqual({ ...header, ...expected }, header, hex);
  }
});

const BAD_HEADERS: readonly [string, string, RegExp][] = [
  ['another magic', '28b52ffe0458', /magic 28b52ffe/],
  ['a skippable frame', '542a4d18000000', /skippable/],
  ['a reserved bit', '28b52ffd0858', /reserved bit/],
  ['a cut header', '28b52ffdc0580000', /inside the frame header/],
  ['next to nothing', '28b52f', /inside the frame header/],
];
for (const [what, hex, message] of BAD_HEADERS) {
  test(`parseZstdHeader refuses ${what}`, () => {
    assert.throws(() => parseZstdHeader(Buffer.from(hex, 'hex'), 8), {
      name: 'BuildError',
      message,
    });
    assert.throws(() => parseZstdHeader(Buffer.from(hex, 'hex'), 8), /offset 8/);
  });
}

/** One frame, made by hand: raw block "abc", RLE block "z" × 5, checksum that nobody looks at. */
const HANDMADE = Buffer.from('28b52ffd04581800006162632b00007a11223344', 'hex');

test('zstdFrame ends behind the last block and its checksum', async () => {
  const reader = chunked(Buffer.concat([HANDMADE, Buffer.from('rest')]), 5);
  const { bytes, end } = await drain(zstdFrame(reader));
  assert.deepEqual(bytes, HANDMADE);
  assert.equal(end.blocks, 2);
  assert.equal(end.bytes, HANDMADE.length);
  assert.equal((await reader.take(9)).toString(), 'rest');
});

test('zstdFrame notices every cut', async () => {
  for (let length = 0; length < HANDMADE.length; length++) {
    await assert.rejects(
      drain(zstdFrame(chunked(HANDMADE.subarray(0, length), 4))),
      { name: 'BuildError' },
      `${length}`,
    );
  }
});

test('zstdFrame refuses blocks of reserved type and blocks that are too large', async () => {
  const reserved = Buffer.from('28b52ffd0058070000', 'hex');
  await assert.rejects(drain(zstdFrame(byteReader([reserved]))), /reserved type at offset 6/);
  const large = Buffer.concat([Buffer.from('28b52ffd0058090010', 'hex'), Buffer.alloc(131073)]);
  await assert.rejects(
    drain(zstdFrame(byteReader([large]))),
    /block of 131073 bytes at offset 6, at most 131072/,
  );
});

for (const options of [['-1'], ['-19'], ['--no-check'], ['-T2', '-3']]) {
  test(
    `zstdFrame finds the end of what zstd ${options.join(' ')} writes`,
    { skip: without('zstd') },
    async () => {
      const frame = output(['zstd', '-q', '-c', ...options], SAMPLE);
      const reader = chunked(Buffer.concat([frame, Buffer.alloc(3), frame]), 65_536);
      const { bytes, end } = await drain(zstdFrame(reader));
      assert.ok(bytes.equals(frame));
      assert.equal(end.checksum, !options.includes('--no-check'));
      assert.ok(end.windowSize <= 2 ** 23);
      assert.equal(await reader.skipZeros(), 3);
      assert.equal((await drain(zstdFrame(reader))).end.bytes, frame.length);
    },
  );
}

test('zstdFrame sees the window of --long=27', { skip: without('zstd') }, async () => {
  const frame = output(['zstd', '-q', '-c', '--long=27'], SAMPLE);
  assert.equal((await drain(zstdFrame(byteReader([frame])))).end.windowSize, 2 ** 27);
});

for (const [option, check] of [
  ['--check=crc32', 'crc32'],
  ['--check=crc64', 'crc64'],
  ['--check=none', 'none'],
  ['--check=sha256', 'sha256'],
] as const) {
  test(`xzStream finds the end of what xz ${option} writes`, { skip: without('xz') }, async () => {
    const stream = output(['xz', '-c', '-1', '--block-size=200000', option], SAMPLE);
    const reader = chunked(Buffer.concat([stream, Buffer.from('rest')]), 4000);
    const { bytes, end } = await drain(xzStream(reader));
    assert.ok(bytes.equals(stream));
    assert.deepEqual(end, { check, blocks: 6, bytes: stream.length });
    assert.equal((await reader.take(9)).toString(), 'rest');
  });
}

test('xzStream notices cuts and garbage', { skip: without('xz') }, async () => {
  const stream = output(['xz', '-c', '-0'], 'some text');
  for (let length = 0; length < stream.length; length++) {
    await assert.rejects(
      drain(xzStream(byteReader([stream.subarray(0, length)]))),
      { name: 'BuildError' },
      `${length}`,
    );
  }
  const broken = Buffer.from(stream);
  const renamed = Buffer.from(stream);
  renamed[5] = 1;
  await assert.rejects(drain(xzStream(byteReader([renamed]))), /found no xz magic/);
  // The control byte of the first chunk, behind the stream's header and the block's, whose size its first byte says.
  broken[12 + (stream.readUInt8(12) + 1) * 4] = 0x55;
  await assert.rejects(drain(xzStream(byteReader([broken]))), { name: 'BuildError' });
});

for (const size of [701, 4096, 1 << 20]) {
  test(`gzipMember gives the content and the end in chunks of ${size}`, async () => {
    const member = gzipSync(SAMPLE);
    const reader = chunked(Buffer.concat([member, Buffer.from('the rest')]), size);
    const { bytes, end } = await drain(gzipMember(reader));
    assert.ok(bytes.equals(SAMPLE));
    assert.equal(end.bytes, member.length);
    assert.equal((await reader.take(20)).toString(), 'the rest');
  });
}

test('gzipMember passes over every optional header field', async () => {
  const header = Buffer.from('1f8b081e0000000000030300aabbcc00636f6d6d656e7400beef', 'hex');
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32('hello'), 0);
  trailer.writeUInt32LE(5, 4);
  const reader = byteReader([Buffer.concat([header, deflateRawSync('hello'), trailer])]);
  assert.equal((await drain(gzipMember(reader))).bytes.toString(), 'hello');
});

test('gzipMember notices cuts, garbage and a wrong checksum', async () => {
  const member = gzipSync('some text that is long enough to be of use');
  for (let length = 0; length < member.length; length++) {
    await assert.rejects(
      drain(gzipMember(byteReader([member.subarray(0, length)]))),
      { name: 'BuildError' },
      `${length}`,
    );
  }
  const wrong = Buffer.from(member);
  wrong.writeUInt32LE(0, member.length - 8);
  await assert.rejects(drain(gzipMember(byteReader([wrong]))), /does not match its checksum/);
  const garbage = Buffer.concat([member.subarray(0, 10), Buffer.alloc(40, 0xff)]);
  await assert.rejects(
    drain(gzipMember(byteReader([garbage]))),
    /Cannot read gzip member at offset 0: in/,
  );
});
