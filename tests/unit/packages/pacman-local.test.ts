import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parseMtree } from '../../../src/formats/mtree.ts';
import { localClosure, readLocal } from '../../../src/packages/pacman/local.ts';
import { rebuildPackage } from '../../../src/packages/pacman/rebuild.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

const desc = (name: string, depends: string, provides = ''): string =>
  `%NAME%\n${name}\n\n%VERSION%\n1-1\n\n%ARCH%\nx86_64\n\n%DEPENDS%\n${depends}\n\n%PROVIDES%\n${provides}\n`;

test('localClosure() follows dependencies by name and by what is provided', (t) => {
  const root = rootFiles(
    plant(scratch(t), {
      'var/lib/pacman/local/ALPM_DB_VERSION': '9\n',
      'var/lib/pacman/local/systemd-1-1/desc': desc(
        'systemd',
        'libcap.so=2-64\nbash>=5',
        'udev=258',
      ),
      'var/lib/pacman/local/libcap-1-1/desc': desc('libcap', 'glibc', 'libcap.so=2-64'),
      'var/lib/pacman/local/bash-1-1/desc': desc('bash', 'glibc', 'sh'),
      'var/lib/pacman/local/glibc-1-1/desc': desc('glibc', ''),
      'var/lib/pacman/local/vim-1-1/desc': desc('vim', 'glibc'),
    }),
  );
  const local = readLocal(root, '/var/lib/pacman');
  const names = localClosure(local, ['udev']).packages.map(({ name }) => name);
  assert.deepEqual(names, ['bash', 'glibc', 'libcap', 'systemd']);
  assert.deepEqual(localClosure(local, ['vim', 'emacs']).missing, ['emacs']);
});

test('parseMtree() knows defaults, escapes and links', () => {
  const text = `#mtree
/set type=file uid=0 gid=0 mode=644
./.PKGINFO time=1.5 size=3 md5digest=aa sha256digest=bb
/set mode=755
./usr time=2.0 type=dir
./usr/bin/a\\040b time=3.0 gid=42 mode=2755 size=7 sha256digest=cc
./usr/l\\303\\244nk time=4.0 mode=777 type=link link=a\\134b
`;
  const common = { uid: 0, gid: 0, size: 0, sha256: undefined, target: '' };
  assert.deepEqual(parseMtree(text).slice(1), [
    { ...common, path: 'usr', type: 'dir', mode: 0o755, time: 2 },
    {
      ...common,
      path: 'usr/bin/a b',
      type: 'file',
      mode: 0o2755,
      gid: 42,
      time: 3,
      size: 7,
      sha256: 'cc',
    },
    { ...common, path: 'usr/länk', type: 'link', mode: 0o777, time: 4, target: 'a\\b' },
  ]);
});

// A list that is damaged must not pass for a package without files.
const damaged = [
  '',
  './usr type=dir\n',
  '#mtree\n./a type=file\n./b type=fifo\n',
  '#mtree\n./a x=1\n',
];

for (const text of damaged) {
  test(`parseMtree() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseMtree(text), RangeError);
  });
}

test('rebuildPackage() names a list of files that is damaged, in every way', (t) => {
  const sys = makeSys({ searchPath: '/bin' });
  const whole = gzipSync('#mtree\n./a type=file size=1 mode=644 sha256digest=00\n');
  const garbled = Buffer.from(whole).fill(0, whole.length - 8);
  const directory = 'var/lib/pacman/local/x-1-1';
  const lists = [whole.subarray(0, 20), garbled, Buffer.from('x'), gzipSync('x'), Buffer.of()];
  for (const mtree of [...lists, undefined]) {
    const tree = mtree === undefined ? {} : { [`${directory}/mtree`]: mtree };
    const host = rootFiles(plant(scratch(t), { [`${directory}/desc`]: desc('x', ''), ...tree }));
    const installed = readLocal(host, 'var/lib/pacman').get('x');
    assert.ok(installed !== undefined);
    const target = rootFiles(scratch(t));
    assert.deepEqual(rebuildPackage(sys, host, installed, [], target, 'x.pkg.tar'), {
      ...{ type: 'changed', files: [`${directory}/mtree`] },
    });
    assert.deepEqual(target.list('/'), []);
  }
});
