import assert from 'node:assert/strict';
import { test } from 'node:test';
import { removeByRecords } from '../../../src/packages/apt/dpkg-remove.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

test('removeByRecords() takes files, empty directories, alternatives and the records', (t) => {
  const stanza = (name: string) => `Package: ${name}\nStatus: install ok installed\n`;
  const directory = plant(scratch(t), {
    bin: { link: 'usr/bin' },
    'usr/bin/mawk': 'x',
    'usr/bin/awk': { link: '/etc/alternatives/awk' },
    'usr/bin/dpkg': 'x',
    'usr/bin/sh': { link: 'dash' },
    'usr/bin/vi': { link: '/etc/alternatives/vi' },
    'etc/alternatives/awk': { link: '/bin/mawk' },
    'etc/alternatives/vi': { link: '/usr/bin/nowhere' },
    'etc/dpkg/dpkg.cfg': 'x',
    'usr/share/doc/mawk/copyright': 'x',
    'var/lib/dpkg/alternatives/awk': 'auto\n',
    'var/lib/dpkg/info/libdb5.3:amd64.list': '/.\n/usr\n/usr/share\n',
    'var/lib/dpkg/info/dpkg.list':
      '/.\n/usr\n/usr/bin\n/bin\n/bin/dpkg\n/etc\n/etc/dpkg\n/etc/dpkg/dpkg.cfg\n/var\n/var/lib\n/var/lib/dpkg\n/var/lib/dpkg/info\n',
    'var/lib/dpkg/info/dpkg.postinst': 'x',
    'var/lib/dpkg/info/mawk.list':
      '/.\n/usr\n/usr/bin\n/usr/bin/mawk\n/usr/share\n/usr/share/doc\n/usr/share/doc/mawk\n/usr/share/doc/mawk/copyright\n',
    'var/lib/dpkg/info/dash.list': '/.\n/bin\n/bin/sh\n/usr/bin\n',
    'var/lib/dpkg/status': ['dash', 'dpkg', 'libdb5.3', 'mawk'].map(stanza).join('\n'),
  });
  const root = rootFiles(directory);
  removeByRecords(root, ['dpkg', 'mawk']);
  assert.deepEqual(
    [...root.walk('/')].filter(({ type }) => type !== 'directory').map(({ path }) => path),
    [
      'bin',
      'etc/alternatives/vi',
      'usr/bin/sh',
      'usr/bin/vi',
      'var/lib/dpkg/info/dash.list',
      'var/lib/dpkg/info/libdb5.3:amd64.list',
      'var/lib/dpkg/status',
    ],
  );
  assert.equal(root.stat('etc/dpkg'), undefined);
  assert.equal(root.stat('usr/share/doc'), undefined);
  assert.equal(root.readText('var/lib/dpkg/status'), `${stanza('dash')}\n${stanza('libdb5.3')}`);
});
