import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { printImageDifference } from '../../../src/cli/print-image-difference.ts';
import { absolutePath } from '../../../src/model/brands.ts';
import { diff } from '../../../src/verbs/diff.ts';
import { plant, scratch } from '../../helpers/scratch.ts';
import { directory, link, rawCpio, type RawEntry } from './raw-cpio.ts';
import { sys } from './read-image.ts';

async function compare(
  t: TestContext,
  from: readonly RawEntry[],
  to: readonly RawEntry[],
  format: 'text' | 'json' = 'text',
) {
  const folder = plant(scratch(t), { from: rawCpio(...from), to: rawCpio(...to) });
  const answer = await diff(sys, {
    ...{ type: 'diff', format, debug: false },
    from: absolutePath(`${folder}/from`),
    to: absolutePath(`${folder}/to`),
  });
  return { ...answer, remarks: answer.remarks.map((line) => line.replaceAll(folder, '')) };
}

function ours(
  kernel: string,
  packages: Readonly<Record<string, string>>,
  ...entries: readonly RawEntry[]
): readonly RawEntry[] {
  const manifest = {
    version: 1,
    kernelVersion: kernel,
    packages: Object.entries(packages).map(([name, version]) => ({ name, version })),
    parts: [{ name: 'base' }],
    owners: [],
  };
  return [
    ...entries,
    { path: 'usr/lib/pkginitrd/manifest.json', data: JSON.stringify(manifest) },
  ].flatMap((entry) => [...parents(String(entry.path)), entry]);
}

function parents(path: string): readonly RawEntry[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => directory(parts.slice(0, index + 1).join('/')));
}

test('two images that unpack to the same do not differ, whatever their times and order', async (t) => {
  const entries = [{ path: 'a', data: 'x' }, { path: 'b' }];
  const answer = await compare(t, entries, [
    { path: 'b', mtime: 99 },
    { path: 'a', data: 'x' },
  ]);
  assert.deepEqual(answer, {
    result: '',
    remarks: [
      'pkginitrd: Packages are not compared: "/from" has no manifest of pkginitrd',
      'pkginitrd: Packages are not compared: "/to" has no manifest of pkginitrd',
    ],
  });
});

test('packages, modules by their place, files by what they are, and sizes are compared', async (t) => {
  const answer = await compare(
    t,
    ours(
      '6.1',
      { systemd: '252', udev: '252', old: '1' },
      { path: 'usr/lib/modules/6.1/kernel/ahci.ko.xz', data: 'a1' },
      { path: 'usr/lib/modules/6.1/kernel/gone.ko', data: 'g' },
      { path: 'usr/lib/modules/6.1/modules.dep', data: 'same' },
      { path: 'usr/bin/tool', data: 'one', mode: 0o100755 },
      { path: 'etc/kind' },
      link('etc/link', 'here'),
      { path: 'etc/old.d/file' },
    ),
    ours(
      '6.12',
      { systemd: '257', udev: '252', new: '2' },
      { path: 'usr/lib/modules/6.12/kernel/ahci.ko.zst', data: 'a2' },
      { path: 'usr/lib/modules/6.12/modules.dep', data: 'same' },
      { path: 'usr/bin/tool', data: 'two', mode: 0o100700, uid: 5 },
      directory('etc/kind'),
      link('etc/link', 'there'),
      { path: 'usr/new', data: 'longer' },
    ),
  );
  assert.equal(answer.exitCode, 3);
  const [sizes = ''] = answer.result.match(/Sizes\n.*/s) ?? [];
  assert.match(sizes, / {2}~ {2}base {3}\S+ KiB → \S+ KiB \(.*\)\n {2}~ {2}image {2}/);
  assert.equal(
    answer.result.replace(sizes, ''),
    `Kernel: 6.1 → 6.12
Packages
  +  new      2
  -  old      1
  ~  systemd  252 → 257
Modules
  ~  2 B  usr/lib/modules/6.12/kernel/ahci.ko.zst (content)
  -  1 B  usr/lib/modules/6.1/kernel/gone.ko
Files
  ~  0 B                   etc/kind (type)
  ~  0 B                   etc/link (target)
  -  0 B                   etc/old.d/file
  ~  3 B                   usr/bin/tool (mode, owner, content)
  ~  FROM → TO  usr/lib/pkginitrd/manifest.json (content)
  +  6 B                   usr/new
`.replace('FROM → TO', /\S+ B → \S+ B \(\S+ B\)/.exec(answer.result)?.[0] ?? ''),
  );
});

test('as JSON the difference is data', async (t) => {
  const { result, exitCode } = await compare(t, [{ path: 'a' }], [{ path: 'b' }], 'json');
  const { images, ...rest }: { images: unknown } = JSON.parse(result);
  assert.ok(images);
  assert.deepEqual(rest, {
    version: 1,
    differs: true,
    kernel: { from: null, to: null },
    packages: null,
    modules: [],
    files: [
      { path: 'a', change: 'gone', fields: [], size: { from: 0, to: null } },
      { path: 'b', change: 'new', fields: [], size: { from: null, to: 0 } },
    ],
    parts: [],
    bytes: { from: 236, to: 236 },
  });
  assert.equal(exitCode, 3);
});

test('a damaged image is compared with nothing', async (t) => {
  const folder = plant(scratch(t), { from: rawCpio({ path: 'a' }), to: 'text' });
  const [from, to] = [absolutePath(`${folder}/from`), absolutePath(`${folder}/to`)];
  await assert.rejects(
    diff(sys, { type: 'diff', from, to, format: 'text', debug: false }),
    /Cannot compare ".*\/to": Cannot read what lies at offset 0/,
  );
});

test('names that would move the cursor are shown as numbers', () => {
  const change = { path: 'a\u001b[2Jb\u{dcff}\\', change: 'new', fields: [] } as const;
  const same = { from: null, to: null };
  const bytes = { from: 1, to: 1 };
  const text = printImageDifference({
    ...{ kernel: same, packages: [], modules: [], parts: [], bytes },
    files: [{ ...change, size: { from: null, to: 1 } }],
  });
  assert.equal(text, 'Files\n  +  1 B  a\\033[2Jb\\377\\\\\n');
});
