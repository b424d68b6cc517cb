import assert from 'node:assert/strict';
import test from 'node:test';
import { readBoot } from '../../../src/host/boot.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';
import { hosts } from '../../hosts/hosts.ts';

const sys = makeSys({ searchPath: '/usr/bin:/bin' });
const tree: Tree = {
  ...hosts['a virtio virtual machine'],
  'proc/cmdline': 'root=UUID=1 rd.luks.uuid=2\n',
  'usr/lib/kernel/cmdline': 'ro vendor\n',
  'etc/default/grub': 'GRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX="usrhash=3  quiet"\n',
  'etc/crypttab': 'data UUID=2 none x-initrd.attach\n',
};

test('readBoot() reads the command lines of now and of the next boot', (t) => {
  const hostRoot = plant(scratch(t), tree);
  const { commandLine, storage, crypttab } = readBoot(sys, { hostRoot, generic: false });
  const words = ['root=UUID=1', 'rd.luks.uuid=2', 'ro', 'vendor', 'usrhash=3', 'quiet'];
  assert.deepEqual(commandLine, words);
  assert.equal(storage[0]?.purpose, '/');
  assert.equal(crypttab.entries.length, 1);
});

test('readBoot() says where the next boot has its words from', (t) => {
  const places = (more: Tree): readonly string[] => {
    const hostRoot = plant(scratch(t), { ...tree, ...more });
    return readBoot(sys, { hostRoot, generic: false }).commandLines.map(
      ({ file, words }) => `${file}: ${words.join(' ')}`,
    );
  };
  const grub = '/etc/default/grub: usrhash=3 quiet';
  assert.deepEqual(places({}), ['/usr/lib/kernel/cmdline: ro vendor', grub]);
  assert.deepEqual(places({ 'etc/kernel/cmdline': 'own' }), ['/etc/kernel/cmdline: own', grub]);
  const { 'usr/lib/kernel/cmdline': _, ...bare } = tree;
  const hostRoot = plant(scratch(t), { ...bare, 'etc/default/grub': 'GRUB_TIMEOUT=5\n' });
  assert.deepEqual(readBoot(sys, { hostRoot, generic: false }).commandLines, [
    { file: '/proc/cmdline', words: ['root=UUID=1', 'rd.luks.uuid=2'] },
  ]);
});

test("readBoot() takes kernel-install's own command line instead of the vendor's", (t) => {
  const hostRoot = plant(scratch(t), { ...tree, 'etc/kernel/cmdline': 'own\n' });
  const { commandLine } = readBoot(sys, { hostRoot, generic: false });
  assert.ok(commandLine.includes('own') && !commandLine.includes('vendor'));
});

test('readBoot() for any machine takes nothing of this one', (t) => {
  const hostRoot = plant(scratch(t), tree);
  const { crypttab, keyboard, ...others } = readBoot(sys, { hostRoot, generic: true });
  const none = { storage: [], setupTabs: [], commandLine: [], commandLines: [], resume: [] };
  assert.deepEqual(others, { ...none, isContained: false });
  assert.deepEqual(crypttab, { entries: [], files: [], warnings: [] });
  assert.deepEqual(keyboard, { layout: null, files: [], warnings: [] });
});
