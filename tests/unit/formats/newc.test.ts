import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentSize, dataPadding, encodeHead, encodeTrailer } from '../../../src/formats/newc.ts';
import { absolutePath } from '../../../src/model/brands.ts';
import type { Entry } from '../../../src/model/image.ts';
import { output, without } from './tools.ts';

const BASE = { mode: 0o755, uid: 0, gid: 0, mtime: 0 };

function file(path: string, text: string): Entry {
  return {
    ...BASE,
    mode: 0o644,
    path,
    type: 'file',
    content: { type: 'bytes', bytes: Buffer.from(text) },
  };
}

function archive(entries: readonly Entry[]): Buffer {
  return Buffer.concat([
    ...entries.flatMap((entry, index) => {
      const content =
        entry.type === 'file' && entry.content.type === 'bytes'
          ? Buffer.from(entry.content.bytes)
          : Buffer.alloc(0);
      return [encodeHead(entry, index + 1), content, dataPadding(content.length)];
    }),
    encodeTrailer(),
  ]);
}

test('encodeHead writes a file byte for byte', () => {
  const entry: Entry = {
    path: 'etc/x',
    type: 'file',
    mode: 0o4644,
    uid: 1,
    gid: 2,
    mtime: 0xfffffffe,
    content: { type: 'bytes', bytes: Buffer.from('hello') },
  };
  const header = [
    '070701',
    '0000000a',
    '000089a4',
    '00000001',
    '00000002',
    '00000001',
    'fffffffe',
    '00000005',
    '00000000',
    '00000000',
    '00000000',
    '00000000',
    '00000006',
    '00000000',
  ].join('');
  assert.equal(encodeHead(entry, 10).toString('latin1'), `${header}etc/x\0`);
  assert.equal(dataPadding(5).toString('hex'), '000000');
});

test('encodeHead writes the type, device numbers and padding of every kind of entry', () => {
  const hex = (entry: Entry): string => {
    const head = encodeHead(entry, 1).toString('latin1');
    return [head.slice(14, 22), head.slice(54, 62), head.slice(78, 94), head.slice(110)].join(' ');
  };
  assert.equal(
    hex({ ...BASE, path: 'usr', type: 'directory' }),
    '000041ed 00000000 0000000000000000 usr\0\0\0',
  );
  assert.equal(
    hex({ ...BASE, mode: 0o777, path: 'bin', type: 'symlink', target: 'usr/bin' }),
    '0000a1ff 00000007 0000000000000000 bin\0\0\0usr/bin\0',
  );
  assert.equal(
    hex({ ...BASE, mode: 0o600, path: 'dev/console', type: 'character', major: 5, minor: 1 }),
    '00002180 00000000 0000000500000001 dev/console\0\0\0',
  );
  assert.equal(
    hex({ ...BASE, mode: 0o660, path: 'dev/sda', type: 'block', major: 8, minor: 256 }),
    '000061b0 00000000 0000000800000100 dev/sda\0\0\0',
  );
});

test('encodeTrailer writes the trailer byte for byte', () => {
  const zeros = '00000000';
  const expected = `070701${zeros.repeat(4)}00000001${zeros.repeat(6)}0000000b${zeros}TRAILER!!!\0\0\0\0`;
  assert.equal(encodeTrailer().toString('latin1'), expected);
  assert.equal(encodeTrailer().length % 4, 0);
});

test('encodeHead keeps heads and padded data at multiples of four for every length', () => {
  for (let length = 1; length <= 9; length++) {
    const text = 'x'.repeat(length);
    assert.equal(encodeHead(file(text, ''), 1).length % 4, 0, text);
    assert.equal((length + dataPadding(length).length) % 4, 0);
    assert.ok(dataPadding(length).length < 4);
    assert.equal(
      encodeHead({ ...BASE, path: 'l', type: 'symlink', target: text }, 1).length % 4,
      0,
    );
  }
});

test('encodeHead measures names and targets in bytes', () => {
  const head = encodeHead({ ...BASE, path: 'ä', type: 'symlink', target: 'ö' }, 1).toString(
    'latin1',
  );
  assert.equal(head.slice(54, 62), '00000002');
  assert.equal(head.slice(94, 102), '00000003');
});

test('encodeHead takes what just fits', () => {
  const large: Entry = {
    ...BASE,
    path: 'a',
    type: 'file',
    content: { type: 'file', source: absolutePath('/x'), size: 0xffffffff },
  };
  assert.equal(encodeHead(large, 1).toString('latin1', 54, 62), 'ffffffff');
  assert.equal(contentSize(large), 0xffffffff);
  assert.doesNotThrow(() => encodeHead(file('n'.repeat(4095), ''), 1));
  assert.doesNotThrow(() =>
    encodeHead({ ...BASE, path: 'l', type: 'symlink', target: 't'.repeat(4095) }, 1),
  );
});

const REFUSED: readonly [string, Entry, RegExp][] = [
  [
    'a file of 4 GiB',
    {
      ...BASE,
      path: 'a',
      type: 'file',
      content: { type: 'file', source: absolutePath('/x'), size: 2 ** 32 },
    },
    /4294967296 bytes.*4294967295/,
  ],
  ['a name of 4096 bytes', file('n'.repeat(4096), ''), /4096 bytes.*4095/],
  ['a name of 4096 bytes in fewer characters', file('ä'.repeat(2048), ''), /4096 bytes.*4095/],
  [
    'a target of 4096 bytes',
    { ...BASE, path: 'l', type: 'symlink', target: 't'.repeat(4096) },
    /4096 bytes.*4095/,
  ],
  ['an empty target', { ...BASE, path: 'l', type: 'symlink', target: '' }, /no symlink target/],
  [
    'a target with NUL',
    { ...BASE, path: 'l', type: 'symlink', target: 'a\0b' },
    /no symlink target/,
  ],
  ['an absolute path', file('/etc', ''), /relative/],
  ['a path that climbs', file('a/../../b', ''), /relative/],
  ['a dot', file('./a', ''), /relative/],
  ['an empty path', file('', ''), /relative/],
  ['a trailing slash', file('a/', ''), /relative/],
  ['NUL in a path', file('a\0b', ''), /relative/],
  ['the trailer', file('TRAILER!!!', ''), /relative/],
  [
    'a mode with type bits',
    { ...BASE, mode: 0o100644, path: 'a', type: 'directory' },
    /mode is 33188/,
  ],
  [
    'a negative time',
    { ...BASE, mtime: -1, path: 'a', type: 'directory' },
    /modification time is -1/,
  ],
  [
    'a time beyond 2106',
    { ...BASE, mtime: 2 ** 32, path: 'a', type: 'directory' },
    /modification time/,
  ],
  ['a broken owner', { ...BASE, uid: Number.NaN, path: 'a', type: 'directory' }, /uid is NaN/],
];

for (const [what, entry, message] of REFUSED) {
  test(`encodeHead refuses ${what}`, () => {
    assert.throws(() => encodeHead(entry, 1), { name: 'BuildError', message });
  });
}

test('GNU cpio lists what is written', { skip: without('cpio') }, () => {
  const bytes = archive([
    { ...BASE, path: 'usr', type: 'directory' },
    file('usr/a', 'content'),
    { ...BASE, path: 'usr/l', type: 'symlink', target: 'a' },
    { ...BASE, mode: 0o600, path: 'usr/null', type: 'character', major: 1, minor: 3 },
  ]);
  const lines = output(['cpio', '-itvn', '--quiet'], bytes).toString().trim().split('\n');
  const words = lines.map((line) => line.split(/\s+/));
  assert.deepEqual(
    words.map(([mode, links]) => `${mode} ${links}`),
    ['drwxr-xr-x 1', '-rw-r--r-- 1', 'lrwxr-xr-x 1', 'crw------- 1'],
  );
  assert.match(lines[1] ?? '', / 7 .* usr\/a$/);
  assert.match(lines[2] ?? '', /usr\/l -> a$/);
  assert.match(lines[3] ?? '', /1,\s*3 .* usr\/null$/);
});
