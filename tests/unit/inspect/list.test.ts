import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import type { ListInvocation } from '../../../src/model/invocation.ts';
import { list } from '../../../src/verbs/list.ts';
import { plant, scratch } from '../../helpers/scratch.ts';
import { surroundings } from '../../helpers/surroundings.ts';
import { directory, link, rawCpio } from './raw-cpio.ts';
import { sys } from './read-image.ts';

async function listed(
  t: TestContext,
  image: Buffer,
  request: Partial<ListInvocation> = {},
): Promise<Awaited<ReturnType<typeof list>>> {
  const folder = plant(scratch(t), { image });
  const answer = await list(
    sys,
    {
      ...{
        type: 'list',
        patterns: [],
        view: 'files',
        askHost: false,
        format: 'text',
        debug: false,
      },
      image: absolutePath(`${folder}/image`),
      ...request,
    },
    surroundings,
  );
  return { ...answer, result: answer.result.replaceAll(folder, '') };
}

const base = rawCpio(
  directory('etc'),
  { path: 'etc/shadow', mode: 0o100640, gid: 42, data: 'old' },
  directory('usr'),
  directory('usr/bin'),
  { path: 'usr/bin/su', mode: 0o104755, data: 'program' },
  link('usr/bin/sh', 'bash'),
  { path: 'dev/null', mode: 0o020666, rdev: [1, 3] },
);
const kernel = rawCpio(
  { path: 'usr/lib/modules/6.1/kernel/usb-storage.ko.xz', data: 'module' },
  {
    path: 'usr/lib/pkginitrd/manifest.json',
    data: JSON.stringify({
      version: 1,
      kernelVersion: '6.1',
      packages: [
        { name: 'bash', version: '5' },
        { name: 'login', version: '1:4' },
        { name: 'libc-bin', version: '2' },
      ],
      parts: [{ name: 'base' }, { name: 'kernel' }, { name: 'host' }],
      owners: [
        [null, 2],
        ['login', 3],
        ['bash', 1],
        [null, 1],
      ],
    }),
  },
);
const host = rawCpio(directory('etc'), { path: 'etc/shadow', mode: 0o100600, data: 'secret' });
const ours = Buffer.concat([base, kernel, host]);

test('list shows mode, owner, size, part and package of every file, and which part it overrides', async (t) => {
  const { result, failure } = await listed(t, ours);
  assert.equal(failure, undefined);
  const [, parts = '', files = ''] = /^.*\n(Parts\n.*)(Files\n.*)$/s.exec(result) ?? [];
  assert.match(result, /^\/image: initrd for 6\.1, \S+ KiB\nParts\n/);
  assert.deepEqual(
    parts
      .split('\n')
      .slice(1, -1)
      .map((line) => line.trim().split(/ {2,}/).slice(0, 2)),
    [
      ['base', 'none'],
      ['kernel', 'none'],
      ['host', 'none'],
    ],
  );
  const manifest =
    /\S+ {2}kernel {2}- {6}usr\/lib\/pkginitrd\/manifest\.json/.exec(files)?.[0] ?? '';
  assert.equal(
    files,
    `Files
  crw-rw-rw-  0/0  1,3  base    -      dev/null
  drwxr-xr-x  0/0    0  host    -      etc
  -rw-------  0/0    6  host    -      etc/shadow (instead of the one of base)
  drwxr-xr-x  0/0    0  base    -      usr
  drwxr-xr-x  0/0    0  base    -      usr/bin
  lrwxrwxrwx  0/0    0  base    bash   usr/bin/sh -> bash
  -rwsr-xr-x  0/0    7  base    login  usr/bin/su
  -rw-r--r--  0/0    6  kernel  -      usr/lib/modules/6.1/kernel/usb-storage.ko.xz
  -rw-r--r--  0/0  ${manifest}
`,
  );
});

test('list shows packages with their sizes, and modules', async (t) => {
  const packages = await listed(t, ours, { view: 'packages', patterns: ['/'] });
  assert.equal(
    packages.result,
    `Packages
  0 B   1 file  bash      5
  0 B  0 files  libc-bin  2
  7 B   1 file  login     1:4
`,
  );
  const modules = await listed(t, ours, { view: 'modules', patterns: ['*.ko*'] });
  assert.equal(
    modules.result,
    'Modules\n  6 B  usb_storage  usr/lib/modules/6.1/kernel/usb-storage.ko.xz\n',
  );
});

for (const [pattern, found] of [
  ['etc', ['etc', 'etc/shadow']],
  ['/etc', ['etc', 'etc/shadow']],
  ['./bin/', ['usr/bin', 'usr/bin/sh', 'usr/bin/su']],
  ['bin/s?', ['usr/bin/sh', 'usr/bin/su']],
  ['s[hu]', ['usr/bin/sh', 'usr/bin/su']],
  ['usr/*.ko.xz', []],
] as const) {
  test(`list ${pattern} shows ${found.length} entries`, async (t) => {
    const { result, failure } = await listed(t, ours, { patterns: [pattern], format: 'json' });
    const { files }: { files: readonly { path: string }[] } = JSON.parse(result);
    assert.deepEqual(
      files.map(({ path }) => path),
      found,
    );
    assert.equal(failure === undefined, found.length > 0, failure?.message);
  });
}

test('as JSON every file is data, with all bytes of its name', async (t) => {
  const name = Buffer.from([0x61, 0xff, 0x22]);
  const { result } = await listed(t, rawCpio({ path: name, data: 'x', uid: 3 }), {
    format: 'json',
  });
  const { files, parts }: { files: unknown; parts: unknown } = JSON.parse(result);
  assert.deepEqual(files, [
    {
      ...{ path: 'a\udcff"', type: 'file', mode: '0644', uid: 3, gid: 0, size: 1, mtime: 7 },
      ...{ part: '#1', package: null },
    },
  ]);
  assert.deepEqual(parts, [
    { name: '#1', compression: 'none', offset: 0, bytes: 244, unpackedBytes: 1, entries: 1 },
  ]);
  assert.match(result, /"a\\udcff\\""/);
});

test('owners of another base part are not taken for those of this one', async (t) => {
  const other = Buffer.concat([rawCpio({ path: 'only' }), kernel, host]);
  const { result } = await listed(t, other, { format: 'json' });
  const { files }: { files: readonly { package: unknown }[] } = JSON.parse(result);
  assert.deepEqual([...new Set(files.map((file) => file.package))], [null]);
});

test('packages of an image without a manifest are a question to this machine', async (t) => {
  await assert.rejects(
    listed(t, rawCpio({ path: 'a' }), { view: 'packages' }),
    /has no manifest of pkginitrd/,
  );
});
