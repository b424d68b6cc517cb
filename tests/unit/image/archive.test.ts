import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync, utimesSync } from 'node:fs';
import { test } from 'node:test';
import { archive } from '../../../src/image/archive.ts';
import { arrange, treeEntries } from '../../../src/image/members.ts';
import type { AbsolutePath } from '../../../src/model/brands.ts';
import type { Entry } from '../../../src/model/image.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

const sys = makeSys({ searchPath: '/usr/bin:/bin' });

function entries(root: AbsolutePath): readonly Entry[] {
  const found = [...treeEntries(root, rootFiles(root).walk('/'))];
  return arrange(
    found.map((entry) => ({ entry, from: 'test' })),
    1_700_000_000,
  );
}

const tree = {
  'usr/bin/tool': 'x'.repeat(3),
  'usr/lib/big': Buffer.alloc(3 * 1024 * 1024 + 1, 7),
  'usr/lib/empty': '',
  lib: { link: 'usr/lib' },
};

function archived(listed: readonly Entry[]): Buffer {
  const all: Buffer[] = [];
  for (const chunk of archive(sys, listed)) all.push(Buffer.from(chunk));
  return Buffer.concat(all);
}

test('archive() of the same tree in two directories at different times is the same bytes', (t) => {
  const [first, second] = [plant(scratch(t), tree), plant(scratch(t), tree)];
  utimesSync(`${second}/usr/bin/tool`, 1_800_000_000, 1_800_000_000);
  assert.ok(archived(entries(first)).equals(archived(entries(second))));
});

test('archive() is unpacked by GNU cpio to the same tree', (t) => {
  const root = plant(scratch(t), tree);
  const out = `${scratch(t)}/out`;
  mkdirSync(out);
  writeFileSync(`${out}.cpio`, archived(entries(root)));
  execFileSync('sh', [
    '-c',
    'cd "$1" && cpio --extract --quiet --make-directories <"$1.cpio"',
    'sh',
    out,
  ]);
  execFileSync('diff', ['--recursive', '--no-dereference', root, out]);
  assert.equal(readFileSync(`${out}/lib/empty`, 'utf8'), '');
});

test('archive() refuses a file that grew after it was listed', (t) => {
  const root = plant(scratch(t), tree);
  const listed = entries(root);
  appendFileSync(`${root}/usr/bin/tool`, 'more');
  assert.throws(
    () => [...archive(sys, listed)],
    /Cannot archive "usr\/bin\/tool": it had 3 bytes when it was listed, now 7/,
  );
});
