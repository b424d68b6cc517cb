// Images that are damaged, or that somebody has made to harm who looks into them.
import assert from 'node:assert/strict';
import { existsSync, lstatSync, readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { absolutePath, type AbsolutePath } from '../../../src/model/brands.ts';
import { BuildError } from '../../../src/model/errors.ts';
import { describeContentRemark } from '../../../src/model/contents.ts';
import { extract } from '../../../src/verbs/extract.ts';
import type { Answer } from '../../../src/verbs/verb.ts';
import { surroundings } from '../../helpers/surroundings.ts';
import { plant, scratch } from '../../helpers/scratch.ts';
import { output } from '../formats/tools.ts';
import { directory, link, padded, rawCpio, rawEntry, type RawEntry } from './raw-cpio.ts';
import { paths, readImage, sys } from './read-image.ts';

async function read(t: TestContext, image: Buffer) {
  const contents = await readImage(scratch(t), image);
  const remarks = contents.remarks.map((remark) => describeContentRemark(remark, String));
  return { ...contents, remarks, paths: paths(contents) };
}

const zstd = (bytes: Buffer): Buffer => output(['zstd', '-q', '-c'], bytes);

test('a name in a later part wins, and the listing says of which it takes the place', async (t) => {
  const base = rawCpio(directory('etc'), { path: 'etc/x', data: 'old' }, { path: 'etc/y' });
  const host = rawCpio(directory('etc'), { path: 'etc/x', data: 'newer' });
  const { entries, remarks } = await read(t, Buffer.concat([padded(zstd(base)), host]));
  const x = entries.find(({ path }) => path === 'etc/x');
  assert.deepEqual([x?.size, x?.member, x?.replaces], [5, 1, [0]]);
  assert.deepEqual(remarks, []);
  assert.deepEqual(entries.find(({ path }) => path === 'etc/y')?.replaces, []);
});

test('what the kernel would lose or move is said', async (t) => {
  const image = rawCpio(
    { path: 'late/file' },
    directory('dir'),
    { path: 'dir/kept' },
    { path: 'dir', data: 'a file' },
    link('away', 'dir'),
    directory('away'),
    { path: 'dir/kept/below' },
  );
  const { remarks, paths: found } = await read(t, image);
  assert.deepEqual(remarks, [
    '"late/file" comes before its directory: the kernel may leave it out',
    '"dir" is lost: a directory with files stands there',
    '"away" was a link to "dir" before it became a directory',
    '"dir/kept/below" is lost: what lies above it is no directory',
  ]);
  assert.deepEqual(found, ['away', 'dir', 'dir/kept', 'late/file']);
});

test('an entry behind a link is where the link leads inside of the image', async (t) => {
  const image = rawCpio(
    directory('usr'),
    directory('usr/etc'),
    link('etc', '../../../usr/etc'),
    link('abs', '/usr/etc'),
    { path: 'etc/a' },
    { path: 'abs/b' },
  );
  const { paths: found } = await read(t, image);
  assert.deepEqual(found, [
    'abs -> /usr/etc',
    'etc -> ../../../usr/etc',
    'usr',
    'usr/etc',
    'usr/etc/a',
    'usr/etc/b',
  ]);
});

const tail = Buffer.from('this is no archive');

for (const [name, image, message, seen] of [
  ['an empty file', Buffer.alloc(0), /there is none/, []],
  ['zeros', Buffer.alloc(4096), /there is none/, []],
  ['text', tail, /at offset 0: found bytes 7468697320/, []],
  [
    'text behind an archive',
    Buffer.concat([rawCpio({ path: 'a' }), tail]),
    /at offset 236: found bytes 7468697320/,
    ['a'],
  ],
  [
    'an archive of the old kind',
    Buffer.from('070707000000'),
    /at offset 0: found odc, wanted a cpio archive of type newc/,
    [],
  ],
  [
    'an archive that is cut off in a file',
    rawEntry({ path: 'a', data: 'x'.repeat(100) }).subarray(0, 150),
    /Damaged archive at offset 0: .*"a" at offset 0: found the archive ends after 38 of 100 bytes/,
    ['a'],
  ],
  [
    'a header that is no number',
    Buffer.concat([rawEntry({ path: 'a' }), Buffer.from(`070701${'z'.repeat(104)}`)]),
    /at offset 0: Cannot read cpio entry at offset 112: found header field "zzzzzzzz"/,
    ['a'],
  ],
  [
    'a zstd frame that is cut off',
    zstd(rawCpio({ path: 'a', data: 'x'.repeat(100) })).subarray(0, 40),
    /Damaged zstd archive at offset 0: Cannot read zstd frame at offset 0: found that the data end inside of it, at offset 40/,
    [],
  ],
  [
    'a zstd frame with another content',
    flipped(zstd(rawCpio({ path: 'a', data: Buffer.alloc(3000, 'abcdefg') })), 30),
    /Damaged zstd archive at offset 0/,
    undefined,
  ],
  [
    'a compressed archive with text behind it',
    zstd(Buffer.concat([rawCpio({ path: 'a' }), tail])),
    /Damaged zstd archive at offset 0, in what it unpacks to: .* at offset 236: /,
    ['a'],
  ],
  [
    'an entry of no type',
    rawCpio({ path: 'a' }, { path: 'b', mode: 0o0644 }),
    /"b": its mode is 644/,
    ['a'],
  ],
  [
    'a link of a million bytes',
    rawCpio({ path: 'a' }, link('b', 'x'.repeat(1_000_000))),
    /"b" is a link of 1000000 bytes/,
    ['a'],
  ],
] as const) {
  test(`${name}: what could be read is shown, and the offset of the rest`, async (t) => {
    const contents = await read(t, Buffer.from(image));
    assert.match(contents.damage?.message ?? 'none', message);
    if (seen !== undefined) assert.deepEqual(contents.paths, seen);
  });
}

function flipped(bytes: Buffer, at: number): Buffer {
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  return bytes;
}

test('an archive without a trailer is read, and said to be cut off', async (t) => {
  const { damage, remarks, paths: found } = await read(t, zstd(rawEntry({ path: 'a' })));
  assert.equal(damage, undefined);
  assert.deepEqual(found, ['a']);
  assert.match(remarks.join(), /ends without TRAILER!!!/);
});

test('more entries than any initrd has end the listing, not the memory', async (t) => {
  const one = rawEntry({ path: 'x', mode: 0o100644 });
  const image = Buffer.concat(Array.from({ length: 30_001 }, () => one));
  const { damage, moreRemarks } = await read(t, zstd(image));
  assert.match(damage?.message ?? '', /more than 30000 entries/);
  assert.equal(moreRemarks, 0);
});

test('a thousand archives are as many as are looked into', async (t) => {
  const image = Buffer.concat(Array.from({ length: 1001 }, () => rawCpio({ path: 'x' })));
  const { damage, paths: found } = await read(t, image);
  assert.match(damage?.message ?? '', /more than 1000 archives/);
  assert.deepEqual(found, ['x']);
});

interface Extracted {
  readonly answer: Answer;
  readonly into: AbsolutePath;
  /** The directory that the other one lies in. */
  readonly around: AbsolutePath;
}

async function extracted(
  t: TestContext,
  image: Buffer,
  options: {
    readonly patterns?: readonly string[];
    readonly owners?: boolean;
    readonly devices?: boolean;
  } = {},
): Promise<Extracted> {
  const around = plant(scratch(t), { image });
  const into = absolutePath(`${around}/out`);
  const answer = await extract(
    sys,
    {
      type: 'extract',
      image: absolutePath(`${around}/image`),
      directory: into,
      patterns: options.patterns ?? [],
      owners: options.owners ?? false,
      devices: options.devices ?? false,
      debug: false,
    },
    surroundings,
  );
  return { answer, into, around };
}

test('extract writes nothing outside of its directory, whatever paths and links say', async (t) => {
  const victim = scratch(t);
  const { answer, into, around } = await extracted(
    t,
    rawCpio(
      { path: '../above', data: 'bad' },
      { path: 'a/../../above', data: 'bad' },
      { path: `..${victim}/absolute`, data: 'bad' },
      { path: `/${victim}/rooted`, data: 'inside' },
      link('out', victim),
      { path: 'out/through', data: 'inside' },
      link('up', '..'),
      { path: 'up/beside', data: 'inside' },
      link('file', `${victim}/file`),
      { path: 'file', data: 'a file in its place' },
      { path: 'last', data: 'good' },
    ),
  );
  assert.deepEqual(readdirSync(victim), []);
  assert.deepEqual(readdirSync(around).sort(), ['image', 'out']);
  assert.equal(readFileSync(`${into}/last`, 'utf8'), 'good');
  assert.equal(readFileSync(`${into}/beside`, 'utf8'), 'inside');
  assert.equal(readFileSync(`${into}${victim}/rooted`, 'utf8'), 'inside');
  assert.equal(readFileSync(`${into}/file`, 'utf8'), 'a file in its place');
  assert.equal(readlinkSync(`${into}/out`), victim);
  assert.match(answer.failure?.message ?? '', /paths in it lead out of it/);
  assert.equal(answer.remarks.filter((line) => line.includes('leads out')).length, 3);
});

test('extract gives the content, permissions, times and links that stand at the end', async (t) => {
  const bytes = Buffer.from([0x66, 0xff, 0x0a, 0x1b]);
  const { answer, into } = await extracted(
    t,
    Buffer.concat([
      rawCpio(
        directory('dir', { mode: 0o040555, mtime: 1000 }),
        { path: 'dir/file', data: 'old' },
        { path: 'one', nlink: 2, ino: 77 },
        { path: 'two', nlink: 2, ino: 77, data: 'both' },
        { path: Buffer.concat([Buffer.from('dir/'), bytes]), data: 'any bytes' },
        link('link', 'nowhere'),
        { path: 'suid', mode: 0o104755 },
      ),
      rawCpio(directory('dir', { mode: 0o040555, mtime: 1000 }), {
        path: 'dir/file',
        data: 'new',
        mode: 0o100640,
        mtime: 2000,
      }),
    ]),
  );
  assert.equal(answer.failure, undefined);
  assert.equal(readFileSync(`${into}/dir/file`, 'utf8'), 'new');
  const { mode, mtimeMs } = statSync(`${into}/dir/file`);
  assert.deepEqual([mode & 0o7777, mtimeMs], [0o640, 2_000_000]);
  assert.deepEqual(
    [statSync(`${into}/dir`).mode & 0o7777, statSync(`${into}/dir`).mtimeMs],
    [0o555, 1_000_000],
  );
  assert.equal(readFileSync(`${into}/one`, 'utf8'), 'both');
  assert.equal(statSync(`${into}/one`).ino, statSync(`${into}/two`).ino);
  const named = Buffer.concat([Buffer.from(`${into}/dir/`), bytes]);
  assert.equal(readFileSync(named, 'utf8'), 'any bytes');
  assert.equal(readlinkSync(`${into}/link`), 'nowhere');
  assert.equal(statSync(`${into}/suid`).mode & 0o7777, 0o755);
  assert.match(answer.remarks.join('\n'), /Took setuid and setgid from 1 program/);
  assert.equal(statSync(into).mode & 0o7777, 0o700);
});

test('extract takes what is named, with the directories that lead there', async (t) => {
  const image = rawCpio(
    directory('usr', { mode: 0o040711 }),
    directory('usr/lib'),
    link('lib', 'usr/lib'),
    { path: 'lib/wanted.so', data: 'w', nlink: 2, ino: 9 },
    { path: 'lib/other', nlink: 2, ino: 9 },
    { path: 'else' },
  );
  const { answer, into } = await extracted(t, image, { patterns: ['*.so', '/usr/none'] });
  assert.deepEqual(readdirSync(into, { recursive: true }).map(String).sort(), [
    'usr',
    'usr/lib',
    'usr/lib/wanted.so',
  ]);
  assert.equal(readFileSync(`${into}/usr/lib/wanted.so`, 'utf8'), 'w');
  assert.equal(statSync(`${into}/usr`).mode & 0o7777, 0o711);
  assert.match(answer.failure?.message ?? '', /Cannot find "\/usr\/none"/);
  const lone = await extracted(t, image, { patterns: ['lib/other'] });
  assert.equal(readFileSync(`${lone.into}/usr/lib/other`, 'utf8'), 'w');
});

test('extract writes what comes before the damage, and fails', async (t) => {
  const image = Buffer.concat([rawCpio({ path: 'a', data: 'first' }), Buffer.from('rubbish')]);
  const { answer, into } = await extracted(t, image);
  assert.equal(readFileSync(`${into}/a`, 'utf8'), 'first');
  assert.match(answer.failure?.message ?? '', /Cannot extract all of .* at offset 244/);
});

const nodes: readonly RawEntry[] = [
  { path: 'null', mode: 0o020666, rdev: [1, 3] },
  { path: 'pipe', mode: 0o010600 },
  { path: 'mine', uid: 1234, gid: 4321, mode: 0o104711 },
];

test('extract makes no device nodes and keeps no owners unless it is asked', async (t) => {
  const { answer, into } = await extracted(t, rawCpio(...nodes));
  assert.deepEqual(readdirSync(into), ['mine']);
  assert.equal(statSync(`${into}/mine`).uid, process.getuid?.());
  assert.deepEqual(answer.remarks.slice(0, 3), [
    'pkginitrd: Left out 1 device node: --devices makes them, for root',
    'pkginitrd: Left out 1 FIFO or socket',
    'pkginitrd: Took setuid and setgid from 1 program: --owners keeps them, for root',
  ]);
});

const skip = process.getuid?.() === 0 ? false : 'needs root';

test('extract makes device nodes and keeps owners where root asks for it', { skip }, async (t) => {
  const { into } = await extracted(t, rawCpio(...nodes), { owners: true, devices: true });
  const { uid, gid, mode } = lstatSync(`${into}/mine`);
  assert.deepEqual([uid, gid, mode & 0o7777], [1234, 4321, 0o4711]);
  const node = lstatSync(`${into}/null`);
  assert.ok(node.isCharacterDevice());
  assert.deepEqual([node.rdev, node.mode & 0o7777], [0x103, 0o666]);
  assert.ok(!existsSync(`${into}/pipe`));
});

test('extract takes no directory that has something in it or that others can write to', async (t) => {
  const image = rawCpio({ path: 'a' });
  const failure = async (into: string, mode: number | undefined): Promise<string> => {
    const around = plant(scratch(t), { image, 'full/file': '', open: null });
    const { chmodSync } = await import('node:fs');
    if (mode !== undefined) chmodSync(`${around}/${into}`, mode);
    const request = {
      ...({ type: 'extract', patterns: [], owners: false, devices: false, debug: false } as const),
      image: absolutePath(`${around}/image`),
      directory: absolutePath(`${around}/${into}`),
    };
    return extract(sys, request, surroundings).then(
      () => 'done',
      (error: unknown) => {
        assert.ok(error instanceof BuildError);
        return error.message.replace(around, '');
      },
    );
  };
  assert.equal(await failure('full', undefined), 'Cannot extract into "/full": it is not empty');
  assert.equal(
    await failure('open', 0o777),
    'Cannot extract into "/open": others than you can write to it',
  );
  assert.match(await failure('image', undefined), /^Cannot open "\/image": /);
  assert.equal(await failure('open', 0o755), 'done');
});
