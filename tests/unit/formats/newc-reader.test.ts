import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byteReader } from '../../../src/formats/byte-reader.ts';
import {
  readNewc,
  type NewcEnd,
  type NewcEntry,
  type NewcHead,
} from '../../../src/formats/newc-reader.ts';
import { output, without } from './tools.ts';

interface Header {
  readonly path: string;
  readonly mode?: number;
  readonly data?: string;
  readonly size?: number;
  readonly nlink?: number;
  /** Replaces a field's eight digits. */
  readonly raw?: Readonly<Record<number, string>>;
  readonly rawName?: string;
  readonly magic?: string;
}

/** An entry put together here and not by the writer. */
function entry(header: Header): Buffer {
  const { path, mode = 0o100644, data = '', nlink = 1, magic = '070701', raw = {} } = header;
  const name = Buffer.from(header.rawName ?? `${path}\0`);
  const body = Buffer.from(data);
  const numbers = [
    7,
    mode,
    10,
    11,
    nlink,
    12,
    header.size ?? body.length,
    0,
    0,
    3,
    4,
    name.length,
    0,
  ];
  const digits = numbers.map((value, index) => raw[index] ?? value.toString(16).padStart(8, '0'));
  return Buffer.concat([
    pad(Buffer.concat([Buffer.from(magic + digits.join('')), name])),
    pad(body),
  ]);
}

function pad(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

const TRAILER = entry({ path: 'TRAILER!!!', mode: 0 });

async function read(
  bytes: Buffer,
  options: { wants?: (head: NewcHead) => boolean; chunk?: number } = {},
): Promise<{ entries: NewcEntry[]; end: NewcEnd; position: number }> {
  const chunk = options.chunk ?? bytes.length;
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunk) chunks.push(bytes.subarray(at, at + chunk));
  const reader = byteReader(chunks);
  const walk = readNewc(reader, options.wants);
  const entries: NewcEntry[] = [];
  for (;;) {
    const next = await walk.next();
    if (next.done === true) return { entries, end: next.value, position: reader.position() };
    const { data } = next.value;
    entries.push({ ...next.value, data: data === undefined ? undefined : Buffer.from(data) });
  }
}

test('readNewc gives every field, content and link target', async () => {
  const { entries, end } = await read(
    Buffer.concat([
      entry({ path: 'a', data: 'hello' }),
      entry({ path: 'l', mode: 0o120777, data: 'tgt' }),
      TRAILER,
    ]),
  );
  assert.deepEqual(entries, [
    {
      path: 'a',
      offset: 0,
      ino: 7,
      mode: 0o100644,
      uid: 10,
      gid: 11,
      nlink: 1,
      mtime: 12,
      size: 5,
      rmajor: 3,
      rminor: 4,
      dmajor: 0,
      dminor: 0,
      data: Buffer.from('hello'),
    },
    {
      path: 'l',
      offset: 120,
      ino: 7,
      mode: 0o120777,
      uid: 10,
      gid: 11,
      nlink: 1,
      mtime: 12,
      size: 3,
      rmajor: 3,
      rminor: 4,
      dmajor: 0,
      dminor: 0,
      data: Buffer.from('tgt'),
    },
  ]);
  assert.deepEqual(end, { trailer: true, entries: 2 });
});

for (const chunk of [1, 3, 110, 4096]) {
  test(`readNewc does not mind chunks of ${chunk} bytes`, async () => {
    const bytes = Buffer.concat([
      entry({ path: 'dir/file', data: 'x'.repeat(1001) }),
      entry({ path: 'b', data: 'y' }),
      TRAILER,
    ]);
    const { entries } = await read(bytes, { chunk });
    assert.deepEqual(
      entries.map(({ data }) => data?.toString()),
      ['x'.repeat(1001), 'y'],
    );
  });
}

test('readNewc stops right behind the trailer', async () => {
  const archive = Buffer.concat([entry({ path: 'a' }), TRAILER]);
  const { position } = await read(Buffer.concat([archive, Buffer.from('next')]));
  assert.equal(position, archive.length);
});

test('readNewc says when there is no trailer', async () => {
  const { end } = await read(entry({ path: 'a', data: 'x' }));
  assert.deepEqual(end, { trailer: false, entries: 1 });
});

test('readNewc leaves content out that is not wanted, but never a link target', async () => {
  const bytes = Buffer.concat([
    entry({ path: 'a', data: 'hello' }),
    entry({ path: 'l', mode: 0o120777, data: 't' }),
    entry({ path: 'b', data: 'B' }),
    TRAILER,
  ]);
  const { entries } = await read(bytes, { wants: ({ path }) => path === 'b', chunk: 7 });
  assert.deepEqual(
    entries.map(({ data }) => data?.toString()),
    [undefined, 't', 'B'],
  );
});

test('readNewc takes names with more than one NUL and hex digits of either case', async () => {
  const { entries } = await read(
    Buffer.concat([entry({ path: 'a', rawName: 'ab\0\0\0\0', raw: { 5: '0000ABCD' } }), TRAILER]),
  );
  assert.equal(entries[0]?.path, 'ab');
  assert.equal(entries[0]?.mtime, 0xabcd);
});

const DAMAGED: readonly [string, Buffer, RegExp][] = [
  [
    'an old magic',
    entry({ path: 'a', magic: '070707' }),
    /offset 0: found magic "070707", wanted "070701"/,
  ],
  ['a crc magic', entry({ path: 'a', magic: '070702' }), /magic "070702"/],
  [
    'zeros where a header should be',
    Buffer.concat([entry({ path: 'a' }), Buffer.alloc(512)]),
    /offset 112: found magic/,
  ],
  [
    'a sign in a field',
    entry({ path: 'a', raw: { 5: '+0000001' } }),
    /"\+0000001", wanted 8 hex digits/,
  ],
  ['"0x" in a field', entry({ path: 'a', raw: { 1: '0x0081a4' } }), /wanted 8 hex digits/],
  [
    'blanks in a field that nobody uses',
    entry({ path: 'a', raw: { 12: '       0' } }),
    /wanted 8 hex digits/,
  ],
  [
    'a name without NUL',
    entry({ path: 'a', rawName: 'abcd' }),
    /"abcd" at offset 0: found a name that does not end in NUL/,
  ],
  ['an empty name', entry({ path: '', rawName: '\0' }), /a name of 1 bytes/],
  ['a name of NULs', entry({ path: '', rawName: '\0\0' }), /an empty name/],
  [
    'a name beyond PATH_MAX',
    entry({ path: 'n'.repeat(4096) }),
    /a name of 4097 bytes, wanted 2 to 4096/,
  ],
  [
    'a symlink target beyond PATH_MAX',
    entry({ path: 'l', mode: 0o120777, data: 't'.repeat(4097) }),
    /target of 4097/,
  ],
  [
    'data behind a directory',
    entry({ path: 'd', mode: 0o040755, data: 'x' }),
    /"d" .*1 bytes of data where none/,
  ],
  ['a cut header', entry({ path: 'a' }).subarray(0, 50), /ends after 50 of 110 header bytes/],
  ['a cut name', entry({ path: 'abcdefgh' }).subarray(0, 113), /inside a name of 9 bytes/],
  [
    'cut content',
    entry({ path: 'a', data: 'hello' }).subarray(0, 115),
    /"a" at offset 0: found the archive ends after 3 of 5/,
  ],
  [
    'content that is missing altogether',
    entry({ path: 'a', size: 0xffffffff }),
    /ends after 0 of 4294967295/,
  ],
  ['cut padding', entry({ path: 'a', data: 'hello' }).subarray(0, 118), /inside padding/],
  [
    'padding with something in it',
    Buffer.concat([entry({ path: 'a', data: 'hello' }).subarray(0, 119), Buffer.from('x')]),
    /padding that is not zero/,
  ],
];

for (const [what, bytes, message] of DAMAGED) {
  test(`readNewc refuses ${what}`, async () => {
    await assert.rejects(read(bytes), { name: 'BuildError', message });
    await assert.rejects(read(bytes, { chunk: 5, wants: () => false }), {
      name: 'BuildError',
      message,
    });
  });
}

test('readNewc reads what GNU cpio writes', { skip: without('cpio') }, async () => {
  const { entries, end } = await read(
    output(['cpio', '-o', '-H', 'newc', '--quiet'], 'src\nsrc/formats/newc.ts\n'),
  );
  assert.deepEqual(
    entries.map(({ path }) => path),
    ['src', 'src/formats/newc.ts'],
  );
  assert.match(entries[1]?.data?.toString() ?? '', /encodeTrailer/);
  assert.equal(end.trailer, true);
});
