import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, lchownSync, lstatSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { absolutePath, type AbsolutePath } from '../../../src/model/brands.ts';
import { UsageError } from '../../../src/model/errors.ts';
import { destinationPath } from '../../../src/place/destination.ts';
import { place } from '../../../src/place/place.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { skipFor } from '../../helpers/need.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

const sys = makeSys({ searchPath: '/usr/bin:/bin' });
const skip = process.getuid?.() !== 0 && skipFor('needs root');

function at(directory: string, name: string, format: 'cpio' | 'directory' = 'cpio'): AbsolutePath {
  const destination = { type: 'path', directory: absolutePath(directory), name } as const;
  return destinationPath(sys, destination, { name: 'initrd', format });
}

function refused(directory: string, name: string, message: RegExp, format?: 'directory'): void {
  assert.throws(
    () => at(directory, name, format),
    (error: unknown) => error instanceof UsageError && message.test(error.message),
    message.source,
  );
}

test('destinationPath() refuses what exists and is no regular file', { skip }, (t) => {
  const root = plant(scratch(t), {
    dir: null,
    'to-null': { link: 'null' },
    'to-dir': { link: 'dir' },
  });
  execFileSync('mknod', [`${root}/null`, 'c', '1', '3']);
  execFileSync('mknod', [`${root}/disk`, 'b', '8', '0']);
  execFileSync('mknod', [`${root}/fifo`, 'p']);
  refused(root, 'null', /null": it is a character device/);
  refused(root, 'to-null', /\/null": it is a character device/);
  refused(root, 'disk', /it is a block device/);
  refused(root, 'fifo', /it is a FIFO/);
  refused(root, 'dir', /it is a directory/);
  refused(root, 'to-dir', /it is a directory/);
  refused('/dev', 'null', /\/dev\/null": it is a character device/);
});

test('place() replaces what a link leads to, and the link stays', async (t) => {
  const root = plant(scratch(t), {
    'images/one': 'old',
    'boot/initrd': { link: '../images/link' },
    'images/link': { link: 'one' },
  });
  const destination = {
    type: 'path',
    directory: absolutePath(`${root}/boot`),
    name: 'initrd',
  } as const;
  const sha256 = 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9';
  const image = {
    ...{ chunks: [Buffer.from('hello world')], bytes: 11, sha256, unpackedBytes: 0 },
    entries: async function* none() {},
  };
  const output = { format: 'cpio', name: 'initrd' } as const;
  const about = { kernelImage: undefined, kernelVersion: '6.1', keepPrevious: true };
  const { path } = await place(sys, image, { destination, output, ...about });
  assert.equal(readFileSync(`${root}/images/one`, 'utf8'), 'hello world');
  assert.equal(lstatSync(`${root}/boot/initrd`).isSymbolicLink(), true);
  assert.equal(lstatSync(`${root}/images/link`).isSymbolicLink(), true);
  assert.equal(readFileSync(path, 'utf8'), 'hello world');
});

test('destinationPath() of a dangling link is what it would lead to', (t) => {
  const root = plant(scratch(t), {
    images: null,
    good: { link: 'images/new' },
    around: { link: 'around' },
    nowhere: { link: 'file/new' },
    dangling: { link: 'absent' },
    file: '',
  });
  assert.equal(at(root, 'good'), `${root}/images/new`);
  refused(root, 'around', /too many symlinks/);
  refused(root, 'nowhere', /file": it is a regular file, wanted a directory/);
  refused(`${root}/dangling`, 'initrd', /link to what does not exist/);
  refused(`${root}/file`, 'initrd', /it is a regular file, wanted a directory/);
  refused(`${root}/file/deeper`, 'initrd', /it is a regular file, wanted a directory/);
  assert.equal(at(`${root}/images/a/b`, 'initrd'), `${root}/images/a/b/initrd`);
});

test(
  "destinationPath() does not follow another user's link in a directory of everybody",
  { skip },
  (t) => {
    const root = plant(scratch(t), { 'tmp/initrd': { link: '../shadow' }, shadow: 'x' });
    chmodSync(`${root}/tmp`, 0o1777);
    assert.equal(at(`${root}/tmp`, 'initrd'), `${root}/shadow`);
    lchownSync(`${root}/tmp/initrd`, 1234, 1234);
    refused(`${root}/tmp`, 'initrd', /a link of user 1234/);
  },
);

test('destinationPath() says that a directory cannot be written', () => {
  const full = { ...sys, cannotWrite: () => 'the file system is read-only' };
  const destination = { type: 'path', directory: absolutePath('/usr'), name: 'x' } as const;
  assert.throws(
    () => destinationPath(full, destination, { name: '', format: 'cpio' }),
    /Cannot write to "\/usr": the file system is read-only/,
  );
  assert.match(
    sys.cannotWrite(absolutePath('/proc')) ?? 'root may',
    /root may|permission|read-only/,
  );
});

test('destinationPath() of a directory takes an empty one or an earlier image, nothing else', (t) => {
  const root = plant(scratch(t), {
    'image/etc/initrd-release': '',
    'home/letters': 'precious',
    empty: null,
    file: '',
  });
  for (const name of ['image', 'empty', 'new']) {
    assert.equal(at(root, name, 'directory'), `${root}/${name}`);
  }
  refused(root, 'home', /neither empty nor an earlier image/, 'directory');
  refused(root, 'file', /it is a regular file, not a directory/, 'directory');
});
