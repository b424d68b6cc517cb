import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { readHostFiles } from '../../../src/host/host-files.ts';
import type { HostFile } from '../../../src/model/facts.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { words } from '../../helpers/plan-fixture.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

function read(t: TestContext, tree: Tree, patterns: readonly string[], named: HostFile[] = []) {
  const root = plant(scratch(t), tree);
  const found = readHostFiles(rootFiles(root), words(...patterns), named);
  return { root, paths: found.files.map(({ path }) => path), ...found };
}

const modprobe: Tree = {
  'etc/modprobe.d/a.conf': 'a',
  'etc/modprobe.d/b.conf': 'b',
  'etc/modprobe.d/README': '',
  'etc/lvm/devices/system.devices': '',
};

test('readHostFiles() takes files, directories and patterns, and what is absent is no error', (t) => {
  const { paths, warnings } = read(t, modprobe, [
    '/etc/nowhere',
    '/etc/modprobe.d/*.conf',
    '/etc/lvm',
  ]);
  const all = [
    '/etc/modprobe.d/a.conf',
    '/etc/modprobe.d/b.conf',
    '/etc/lvm/devices/system.devices',
  ];
  assert.deepEqual([paths, warnings], [all, []]);
});

test('readHostFiles(): the last pattern that matches decides, and gives the reason', (t) => {
  const without = ['/etc/modprobe.d', '-/etc/modprobe.d/a.conf', '-/etc/modprobe.d/README'];
  assert.deepEqual(read(t, modprobe, without).paths, ['/etc/modprobe.d/b.conf']);
  const { files } = read(t, modprobe, [...without, '/etc/modprobe.d/?.conf']);
  const at = { type: 'file', file: '/etc/pkginitrd/test.conf', line: 4 };
  const reason = { type: 'pattern', at, word: '/etc/modprobe.d/?.conf' };
  assert.deepEqual(
    files.map((file) => [file.path, file.reason]),
    [
      ['/etc/modprobe.d/a.conf', reason],
      ['/etc/modprobe.d/b.conf', reason],
    ],
  );
});

test('readHostFiles() takes what crypttab names unless a pattern is against it', (t) => {
  const key: HostFile = {
    ...{ path: '/etc/keys/root.key', secret: true, size: 1 },
    reason: { type: 'key', entry: 'root' },
  };
  const tree = { 'etc/keys/root.key': 'k' };
  assert.deepEqual(read(t, tree, [], [key]).files, [key]);
  assert.deepEqual(read(t, tree, ['-/etc/keys'], [key]).files, []);
});

test('readHostFiles() follows links inside the root only, and takes a mask as an empty file', (t) => {
  const { files } = read(
    t,
    {
      'etc/vconsole.conf': { link: 'default/keyboard' },
      'etc/default/keyboard': 'XKBLAYOUT=de\n',
      'etc/modprobe.d/mask.conf': { link: '/dev/null' },
      'etc/hosts': { link: '../../../../../../../etc/passwd' },
    },
    ['/etc/vconsole.conf', '/etc/modprobe.d', '/etc/hosts'],
  );
  assert.deepEqual(
    files.map(({ path, size }) => [path, size]),
    [
      ['/etc/vconsole.conf', 13],
      ['/etc/modprobe.d/mask.conf', 0],
    ],
  );
});

test('readHostFiles() marks what others cannot read as secret', (t) => {
  const root = plant(scratch(t), { 'etc/a': '', 'etc/b': '' });
  chmodSync(`${root}/etc/b`, 0o640);
  const { files } = readHostFiles(rootFiles(root), words('/etc'), []);
  assert.deepEqual(
    files.map(({ secret }) => secret),
    [false, true],
  );
});

const identity = [
  'etc/machine-id',
  'var/lib/dbus/machine-id',
  'etc/shadow',
  'etc/gshadow-',
  'etc/ssh/ssh_host_ed25519_key',
  'var/lib/systemd/random-seed',
];

for (const path of identity) {
  test(`readHostFiles() never takes /${path}, not by a pattern nor through a link`, (t) => {
    const tree = { [path]: 'x', 'etc/innocent': { link: `/${path}` } };
    const { paths, warnings } = read(t, tree, [`/${path.split('/')[0]}`, '/etc/innocent']);
    assert.deepEqual(paths, []);
    for (const each of [`/${path}`, '/etc/innocent']) {
      assert.ok(warnings.some((text) => text.startsWith(`"${each}" never goes into an initrd`)));
    }
  });
}

test(
  'readHostFiles() waits for no FIFO, and says that it is left out',
  { timeout: 10_000 },
  (t) => {
    const root = plant(scratch(t), { etc: null });
    execFileSync('mkfifo', [`${root}/etc/pipe.conf`]);
    const { files, warnings } = readHostFiles(rootFiles(root), words('/etc/*.conf'), []);
    assert.deepEqual(files, []);
    assert.match(warnings.join(), /"\/etc\/pipe\.conf" is a fifo.*test\.conf:1 "\/etc\/\*\.conf"/);
  },
);

test('readHostFiles() refuses a pattern for thousands of files, and names its line', (t) => {
  const root = rootFiles(plant(scratch(t), { 'usr/share/file': '' }));
  const [file] = [...root.walk('usr')].filter(({ type }) => type === 'file');
  assert.ok(file);
  const crowded = { ...root, walk: () => Array.from({ length: 5001 }, () => file).values() };
  assert.throws(() => readHostFiles(crowded, words('/usr'), []), {
    name: 'UsageError',
    message: /test\.conf:1: Cannot take "\/usr": there are more than 5000 files/,
  });
});

test('readHostFiles(): what others cannot read is secret, and so is a key of ssh whatever its rights are', (t) => {
  const own = 'etc/pkginitrd/ssh/ssh_host_a_key';
  const theirs = 'etc/dropbear-initramfs/dropbear_rsa_host_key';
  const tree = { [own]: 'k', [theirs]: 'k', [`${own}.pub`]: 'p', 'etc/keys/a.key': 'k' };
  const root = plant(scratch(t), tree);
  for (const path of Object.keys(tree)) chmodSync(`${root}/${path}`, 0o644);
  chmodSync(`${root}/etc/keys/a.key`, 0o640);
  const patterns = words('/etc/pkginitrd', '/etc/dropbear-initramfs', '/etc/keys');
  const { files } = readHostFiles(rootFiles(root), patterns, []);
  const secrets = files.filter(({ secret }) => secret).map(({ path }) => path);
  assert.deepEqual(secrets, [`/${own}`, `/${theirs}`, '/etc/keys/a.key']);
});
