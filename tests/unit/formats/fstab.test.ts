import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFstab } from '../../../src/formats/fstab.ts';

test('parseFstab() reads three to six fields, and leaves out comments and what has fewer', () => {
  const text = `# <source> <mount point> <type>
UUID=1\t/ \t ext4  rw,relatime 0 1

  # indented
/dev/sda2 none swap sw
\tserver:/x /srv nfs\r
/dev/sda3 /lonely
`;
  assert.deepEqual(parseFstab(text), [
    { source: 'UUID=1', mountPoint: '/', fileSystem: 'ext4', options: ['rw', 'relatime'] },
    { source: '/dev/sda2', mountPoint: 'none', fileSystem: 'swap', options: ['sw'] },
    { source: 'server:/x', mountPoint: '/srv', fileSystem: 'nfs', options: [] },
  ]);
  assert.deepEqual(parseFstab(''), []);
});

test('parseFstab() undoes octal escapes', () => {
  assert.deepEqual(parseFstab(String.raw`LABEL=my\040disk /a\040b\011c\134d#e xfs x=\040y`), [
    { source: 'LABEL=my disk', mountPoint: '/a b\tc\\d#e', fileSystem: 'xfs', options: ['x= y'] },
  ]);
});

test('parseFstab() splits options at commas that are not between quotes', () => {
  assert.deepEqual(parseFstab('/dev/a /a ext4 context="u:r:t:s0,c1",nofail 0 0')[0]?.options, [
    'context="u:r:t:s0,c1"',
    'nofail',
  ]);
});
