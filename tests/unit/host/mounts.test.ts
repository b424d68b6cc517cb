import assert from 'node:assert/strict';
import test from 'node:test';
import { isContained, readMounts } from '../../../src/host/mounts.ts';
import { absolutePath } from '../../../src/model/brands.ts';
import type { RootFiles } from '../../../src/model/sys.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

const text = `20 1 254:1 / / rw - ext4 /dev/vda1 rw
21 20 254:2 /@ /mnt rw - btrfs /dev/vda2 rw
22 21 254:3 / /mnt/usr rw - erofs /dev/vda3 rw
23 20 254:4 / /mntx rw - ext4 /dev/vda4 rw
`;

// Only the size tells a file of procfs from a copy of it.
function rootWith(path: string, size: number): RootFiles {
  const files = rootFiles(absolutePath('/'));
  const stat = { type: 'file', mode: 0o444, uid: 0, gid: 0, size, mtime: 0 } as const;
  return {
    ...files,
    path: absolutePath(path),
    readText: () => text,
    stat: () => ({ ...stat, rdev: { major: 0, minor: 0 } }),
  };
}

function points(root: RootFiles): readonly string[] {
  return readMounts(root).map(({ mountPoint, source }) => `${mountPoint} ${source}`);
}

test("readMounts() takes the mounts of a host below / from this machine's own list", () => {
  assert.deepEqual(points(rootWith('/mnt', 0)), ['/ /dev/vda2', '/usr /dev/vda3']);
  assert.deepEqual(points(rootWith('/srv/no-mount', 0)), []);
});

test('readMounts() takes a list that was copied, or is of the running system, as it is', () => {
  assert.equal(points(rootWith('/', 0)).length, 4);
  assert.equal(points(rootWith('/mnt', text.length)).length, 4);
});

const plain = 'ext4 /dev/vda1';
const rows: readonly (readonly [boolean, string, string, Tree?])[] = [
  [false, '/', plain],
  [false, '/@', 'btrfs /dev/vda1'],
  [false, '/ostree/deploy/fedora/deploy/0/x', plain],
  [true, '/var/lib/machines/x', plain],
  [true, '/', plain, { 'run/systemd/container': 'systemd-nspawn\n' }],
  [true, '/@', 'btrfs /dev/vda1', { '.dockerenv': '' }],
];

for (const [expected, root, source, tree] of rows) {
  test(`isContained() is ${expected} where ${root} of ${source} is /${tree ? ', with a mark' : ''}`, (t) => {
    const host = rootFiles(
      plant(scratch(t), {
        ...tree,
        'proc/self/mountinfo': `20 1 254:1 ${root} / rw - ${source} rw\n`,
      }),
    );
    assert.equal(isContained(host, readMounts(host)), expected);
  });
}
