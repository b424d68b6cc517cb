import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { test, type TestContext } from 'node:test';
import { readBoot } from '../../../src/host/boot.ts';
import { readHostFacts, type HostRequest } from '../../../src/host/facts.ts';
import { readModuleInfos } from '../../../src/host/modinfo.ts';
import { readOs } from '../../../src/host/os.ts';
import { systemdVersion } from '../../../src/host/systemd.ts';
import { absolutePath, kernelVersion, type AbsolutePath } from '../../../src/model/brands.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';
import { words } from '../../helpers/plan-fixture.ts';
import { moduleBytes } from '../../helpers/module-bytes.ts';

const sys = makeSys({ searchPath: '/usr/bin:/bin' });

const debian: Tree = {
  'etc/os-release': { link: '../usr/lib/os-release' },
  'usr/lib/os-release': 'ID=debian\nVERSION_ID="13"\nPRETTY_NAME="Debian 13"\n',
  'usr/bin/apt-get': '',
  'var/lib/dpkg/status': '',
  'usr/lib/modules/6.1.0-9-amd64/modules.dep': 'kernel/a.ko:\n',
  'usr/lib/modules/6.1.0-13-amd64/modules.dep': 'kernel/a.ko:\n',
  'usr/lib/modules/6.12.1-amd64/updates': null,
  'proc/modules': 'dm_crypt 65536 1 - Live 0x0\nsnd-x 1 0 - Live 0x0\n',
};

function read(t: TestContext, tree: Tree, changes: Partial<HostRequest> = {}) {
  const root: AbsolutePath = plant(scratch(t), { ...debian, ...tree });
  return readHostFacts(sys, {
    hostRoot: root,
    kernelRoot: undefined,
    kernelVersion: undefined,
    loadedModulesFile: undefined,
    generic: false,
    architecture: 'x86-64',
    os: readOs(rootFiles(root)),
    boot: readBoot(sys, { hostRoot: root, generic: changes.generic === true }),
    ...changes,
  });
}

test('readHostFacts() takes the newest kernel that has an index', (t) => {
  assert.equal(read(t, {}).kernel.version, '6.1.0-13-amd64');
});

for (const [name, tree] of [
  [
    'by its configuration, without a directory of modules',
    { 'boot/vmlinuz-7.0-mono': '', 'boot/config-7.0-mono': '# CONFIG_MODULES is not set\n' },
  ],
  [
    'by its lists, which name no module',
    {
      'usr/lib/modules/7.0-mono/modules.builtin': 'kernel/fs/ext4/ext4.ko\n',
      'usr/lib/modules/7.0-mono/modules.order': '',
    },
  ],
] as const) {
  test(`readHostFacts() takes a kernel that has everything built in, ${name}`, (t) => {
    const { kernel } = read(t, tree);
    assert.deepEqual([kernel.version, kernel.modules.paths.size], ['7.0-mono', 0]);
  });
}

for (const [name, tree, hint] of [
  [
    'modules without an index',
    { 'usr/lib/modules/7.0/modules.builtin': '', 'usr/lib/modules/7.0/kernel/a.ko': '' },
    /^Run: depmod 7\.0$/,
  ],
  [
    'no modules where the kernel wants some',
    { 'boot/vmlinuz-7.0': '', 'boot/config-7.0': 'CONFIG_MODULES=y\n' },
    /one without modules needs its configuration in \/boot\/config-VERSION$/,
  ],
  ['no modules and no configuration', { 'boot/vmlinuz-7.0': '' }, /needs its configuration/],
] as const) {
  test(`readHostFacts() refuses a kernel with ${name}`, (t) => {
    assert.throws(() => read(t, tree, { kernelVersion: kernelVersion('7.0') }), {
      name: 'BuildError',
      hint,
    });
  });
}

test('readHostFacts() refuses an index that is older than a module of DKMS', (t) => {
  const directory = 'usr/lib/modules/7.0';
  const tree = {
    [`${directory}/modules.dep`]: 'updates/dkms/a.ko:\n',
    [`${directory}/updates/dkms/a.ko`]: '',
  };
  assert.equal(read(t, tree).kernel.modules.paths.size, 1);
  assert.throws(() => read(t, { ...tree, [`${directory}/updates/dkms/zfs.ko.xz`]: '' }), {
    name: 'BuildError',
    message: /modules\.dep does not have "updates\/dkms\/zfs\.ko\.xz"/,
    hint: 'Run: depmod 7.0',
  });
});

test('readModuleInfos() says depmod where the index names a module that is gone', async (t) => {
  const root = rootFiles(plant(scratch(t), {}));
  await assert.rejects(readModuleInfos(sys, root, 'usr/lib/modules/7.0', ['kernel/a.ko']), {
    name: 'BuildError',
    message: /"kernel\/a\.ko".*the index is older/,
    hint: 'Run: depmod 7.0',
  });
});

test('readHostFacts() finds kernels below an unmerged /lib/modules', (t) => {
  const facts = read(t, { 'lib/modules/6.2.0/modules.dep': '' });
  assert.equal(facts.kernel.modulesDirectory, 'lib/modules/6.2.0');
});

test('readHostFacts() of a kernel that is not there names those that are', (t) => {
  assert.throws(() => read(t, {}, { kernelVersion: kernelVersion('5.0') }), {
    name: 'BuildError',
    message: /Cannot find kernel "5.0"/,
    hint: /^Installed are: 6\.1\.0-9-amd64, 6\.1\.0-13-amd64;/,
  });
});

test('readHostFacts() of a kernel without modules.dep says to run depmod', (t) => {
  assert.throws(() => read(t, {}, { kernelVersion: kernelVersion('6.12.1-amd64') }), {
    hint: 'Run: depmod 6.12.1-amd64',
  });
});

test('readHostFacts() reads loaded modules of the host, or of a file that stands in', (t) => {
  assert.deepEqual(read(t, {}).loadedModules, ['dm_crypt', 'snd_x']);
  const file = absolutePath(`${plant(scratch(t), { modules: 'ext4 1 2\n' })}/modules`);
  assert.deepEqual(read(t, {}, { loadedModulesFile: file }).loadedModules, ['ext4']);
  assert.throws(
    () => read(t, {}, { loadedModulesFile: absolutePath('/nowhere/modules') }),
    /"\/nowhere\/modules" is not there/,
  );
});

test('readHostFacts() for any machine takes nothing of the host', (t) => {
  const facts = read(
    t,
    { 'etc/crypttab': 'root UUID=1 none x-initrd.attach\n', 'etc/vconsole.conf': 'KEYMAP=de\n' },
    { generic: true, hostFiles: words('/etc/vconsole.conf') },
  );
  assert.deepEqual(
    [facts.loadedModules, facts.crypttab, facts.hostFiles, facts.cpu],
    [[], [], [], undefined],
  );
});

test('readHostFacts() without a package manager says what was looked for', (t) => {
  const root = plant(scratch(t), {
    'etc/os-release': 'ID=x\n',
    'usr/lib/modules/1/modules.dep': '',
  });
  assert.throws(
    () =>
      readHostFacts(sys, {
        hostRoot: root,
        kernelRoot: undefined,
        kernelVersion: undefined,
        loadedModulesFile: undefined,
        generic: true,
        architecture: 'x86-64',
        os: readOs(rootFiles(root)),
        boot: readBoot(sys, { hostRoot: root, generic: true }),
      }),
    /Cannot find a package manager/,
  );
});

test('readModuleInfos() reads plain, xz, zstd and gzip modules alike', async (t) => {
  const bytes = moduleBytes(['name=test', 'depends=a,b', 'firmware=x/*.bin']);
  const root = plant(scratch(t), {
    'm/a.ko': bytes,
    'm/b.ko.gz': gzipSync(bytes),
    'm/c.ko.xz': compressed('xz', [bytes]),
    'm/joined.ko.xz': compressed('xz', [bytes.subarray(0, 100), bytes.subarray(100)]),
    'm/d.ko.zst': compressed('zstd', [bytes]),
    'm/frames.ko.zst': compressed('zstd', [bytes.subarray(0, 100), bytes.subarray(100)]),
    'm/link.ko.zst': { link: 'd.ko.zst' },
    'm/streamed.ko.zst': execFileSync('zstd', ['-qc'], { input: bytes }),
  });
  const paths = readdirSync(`${root}/m`);
  const infos = await readModuleInfos(sys, rootFiles(root), 'm', paths);
  assert.deepEqual(
    paths.map((path) => [path, infos.get(path)?.depends, infos.get(path)?.firmware]),
    paths.map((path) => [path, ['a', 'b'], ['x/*.bin']]),
  );
});

for (const { name, content, message } of [
  { name: 'a.ko', content: Buffer.from('no module at all'), message: /ELF/ },
  { name: 'a.ko', content: moduleBytes(['name=a']).subarray(0, 90), message: /ELF/ },
  {
    name: 'a.ko.gz',
    content: gzipSync(moduleBytes([])).subarray(0, 20),
    message: /unexpected end/,
  },
  { name: 'a.ko.xz', content: Buffer.from('no module at all'), message: /xz/ },
]) {
  test(`readModuleInfos() of a damaged ${name} names it: ${message.source}`, async (t) => {
    const root = plant(scratch(t), { [`m/${name}`]: content });
    await assert.rejects(readModuleInfos(sys, rootFiles(root), 'm', [name]), (error: Error) => {
      assert.match(error.message, message);
      assert.match(error.message, new RegExp(`m/${name}`));
      return true;
    });
  });
}

test('readModuleInfos() of one damaged module among many names that one', async (t) => {
  const whole = compressed('xz', [moduleBytes([`name=x`, `alias=${'y'.repeat(5000)}`])]);
  const flipped = Buffer.from(whole);
  // Behind the stream's header, the first block's, whose size its first byte says, and the first chunk's.
  const data = 12 + (whole.readUInt8(12) + 1) * 4 + 6;
  flipped.fill(0xff, data, data + 20);
  const names = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}.ko.xz`);
  const root = plant(
    scratch(t),
    Object.fromEntries(names.map((name) => [`m/${name}`, name === 'c.ko.xz' ? flipped : whole])),
  );
  await assert.rejects(readModuleInfos(sys, rootFiles(root), 'm', names), (error: Error) => {
    assert.match(error.message, /c\.ko\.xz/);
    assert.doesNotMatch(error.message, /Cannot read module "[^"]*[abdef]\.ko\.xz/);
    return true;
  });
});

function compressed(program: string, parts: readonly Buffer[]): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 'pkginitrd-test-'));
  const file = join(directory, 'part');
  const pieces = parts.map((part) => {
    writeFileSync(file, part);
    return execFileSync(program, ['-qc', file]);
  });
  rmSync(directory, { recursive: true });
  return Buffer.concat(pieces);
}

for (const [path, version] of [
  ['usr/lib/systemd/libsystemd-shared-252.so', '252'],
  ['usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-257.so', '257'],
  ['usr/lib64/systemd/libsystemd-shared-257.9-1.fc42.so', '257.9'],
  ['usr/lib/systemd/systemd', undefined],
] as const) {
  test(`systemdVersion() of a host with ${path} is ${version}`, (t) => {
    assert.equal(systemdVersion(rootFiles(plant(scratch(t), { [path]: '' }))), version);
  });
}
