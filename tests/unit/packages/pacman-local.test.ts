import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMtree } from '../../../src/formats/mtree.ts';
import { localClosure, readLocal } from '../../../src/packages/pacman/local.ts';
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
