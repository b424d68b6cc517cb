import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { readHostFiles } from '../../../src/host/host-files.ts';
import { readHostLines } from '../../../src/host/host-lines.ts';
import { readModulesLoad } from '../../../src/host/modules-load.ts';
import { readSetupTabs } from '../../../src/host/setup-tabs.ts';
import { describeReason } from '../../../src/model/reason.ts';
import type { StorageNode, StorageStack } from '../../../src/model/storage.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { words } from '../../helpers/plan-fixture.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

function lines(t: TestContext, tree: Tree) {
  const root = rootFiles(plant(scratch(t), tree));
  return readHostLines(root, readHostFiles(root, words('/etc', '/run', '/usr/lib'), []).files);
}

test('readHostLines() reads the drop-ins that count, without comments', (t) => {
  const found = lines(t, {
    'etc/sysctl.d/b.conf': '# no\n\n kernel.sysrq = 1\n;no\n',
    'run/sysctl.d/b.conf': 'kernel.sysrq = 0\n',
    'etc/sysctl.d/c.conf': { link: '/dev/null' },
    'usr/lib/sysctl.d/c.conf': 'kernel.panic=1\n',
  });
  assert.deepEqual(found, [
    {
      path: '/etc/sysctl.d/b.conf',
      directory: 'sysctl.d',
      lines: [{ line: 3, text: 'kernel.sysrq = 1' }],
    },
  ]);
});

test('readModulesLoad() reads Debian’s /etc/modules by its link, and the command line', (t) => {
  const found = readModulesLoad(
    lines(t, {
      'etc/modules': '# comment\nusb-storage\n',
      'etc/modules-load.d/modules.conf': { link: '../modules' },
      'usr/lib/modules-load.d/fuse.conf': 'fuse',
    }),
    ['rd.modules-load=a-b,c', 'modules_load=d', 'quiet'],
  );
  assert.deepEqual(
    found.map(({ name, isOfInitrd, from }) => [name, isOfInitrd, describeReason(from)]),
    [
      ['fuse', false, '/usr/lib/modules-load.d/fuse.conf:1 "fuse"'],
      ['usb_storage', false, '/etc/modules-load.d/modules.conf:2 "usb-storage"'],
      ['a_b', true, 'kernel command line: rd.modules-load=a-b,c'],
      ['c', true, 'kernel command line: rd.modules-load=a-b,c'],
      ['d', true, 'kernel command line: modules_load=d'],
    ],
  );
});

function under(purpose: '/' | 'swap', format: 'verity' | 'integrity', name: string): StorageStack {
  const disk: StorageNode = { type: 'disk', device: 'sda', drivers: [] };
  const node: StorageNode = {
    ...{ type: 'crypt', format, algorithms: [], tokens: [], device: 'dm-0', name, below: [disk] },
  };
  const required = purpose === '/';
  return { purpose, required, source: '/dev/x', fileSystem: null, checksum: null, below: [node] };
}

test('readSetupTabs() chooses the lines of what / lies on, and those that ask for the initrd, with their files', (t) => {
  const tree = {
    'etc/veritytab': `# comment
root  UUID=1 UUID=2 0123 root-hash-signature=/etc/root.p7s,panic-on-corruption
data UUID=3 UUID=4 4567 root-hash-signature=/etc/data.p7s
early UUID=5 UUID=6 89ab x-initrd.attach,root-hash-signature=base64:AAAA
`,
    'etc/integritytab':
      'home /dev/sdb /etc/home.key\nroot /dev/sda /etc/hmac.key journal-commit-time=9\n',
    'etc/root.p7s': 'signature',
    'etc/data.p7s': 'signature',
  };
  const root = rootFiles(plant(scratch(t), tree));
  const [verity, integrity] = readSetupTabs(root, [
    under('/', 'verity', 'root'),
    under('/', 'integrity', 'root'),
  ]);
  assert.deepEqual(verity?.names, ['root', 'early']);
  assert.deepEqual(
    verity?.files.map(({ path, secret, reason }) => [path, secret, describeReason(reason)]),
    [['/etc/root.p7s', true, '/etc/veritytab: root']],
  );
  assert.deepEqual(integrity?.lines, ['root /dev/sda /etc/hmac.key journal-commit-time=9']);
  assert.deepEqual(integrity?.warnings, [
    'Cannot find "/etc/hmac.key", which the line "root" of /etc/integritytab names: it will not be set up in the initrd',
  ]);
  assert.deepEqual(readSetupTabs(root, [])[1]?.lines, []);
});
