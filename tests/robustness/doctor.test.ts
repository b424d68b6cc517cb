import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { absolutePath } from '../../src/model/brands.ts';
import { makeSys } from '../../src/sys/sys.ts';
import { doctor } from '../../src/verbs/doctor.ts';
import { checkout } from '../helpers/paths.ts';
import { plant, scratch, type Tree } from '../helpers/scratch.ts';
import { device, disk, loaded, mounts } from '../hosts/sysfs.ts';

const sys = makeSys({ searchPath: '/usr/bin:/bin' });
const modules = 'usr/lib/modules/6.12-test';

// A machine whose own drivers are part of its kernel.
const machine: Tree = {
  ...loaded(),
  ...device('platform/board-disk.0', 'platform', {
    modalias: 'platform:board-disk',
    driver: 'board-disk',
  }),
  ...disk('platform/board-disk.0', 'bda', [98, 0]),
  ...mounts(['98:0', '/', 'ext4', '/dev/bda']),
  'proc/cmdline': 'root=UUID=1 rw\n',
  'etc/os-release': 'ID=debian\nVERSION_ID=13\nNAME=Debian\n',
  'usr/bin/apt-get': '',
  'usr/bin/dpkg': '',
  'var/lib/dpkg/status': '',
  [`${modules}/modules.builtin`]: 'kernel/fs/ext4/ext4.ko\nkernel/drivers/block/board-disk.ko\n',
  [`${modules}/modules.dep`]:
    'kernel/drivers/block/virtio_blk.ko:\nkernel/drivers/scsi/megaraid/megaraid_sas.ko:\n',
  [`${modules}/modules.alias`]:
    'alias virtio:d00000002v* virtio_blk\nalias pci:v00001000d0000005Bsv* megaraid_sas\n',
  'etc/pkginitrd/50-small.conf': '[Content]\nKernelModules=-virtio_blk\n',
};

const raid = 'pci:v00001000d0000005Bsv00000000sd00000000bc01sc04i00';

const record = [
  ...['pkginitrd boot record 1', 'kernel 6.12-test', 'command-line root=UUID=1 rd.luks=1'],
  ...['never-came /dev/disk/by-uuid/1', 'disk sda1 10 crypto_LUKS', 'image 0', 'profiles dm'],
  'device virtio virtio0 virtio:d00000002v00001AF4',
  `device pci 0000:00:01.0 ${raid}`,
  ...['journal', '[ 1.0] kernel: words', ''],
].join('\n');

const unread = 'var/lib/pkginitrd/boot-record.unread';

async function ask(
  t: TestContext,
  tree: Tree,
  options: { readonly user?: number; readonly vendor?: string } = {},
) {
  const hostRoot = plant(scratch(t), tree);
  const answer = await doctor(
    sys,
    { type: 'doctor', hostRoot, format: 'text', debug: false },
    {
      vendorDirectory: absolutePath(options.vendor ?? `${checkout}/dropins`),
      architecture: 'x86-64',
      temporaryDirectory: hostRoot,
      memoryDirectories: [],
      user: options.user ?? 0,
      tool: () => undefined,
      runtime: 'test',
      tell: () => {},
      report: () => {},
      inTransaction: false,
    },
  );
  const result = answer.result.replaceAll(hostRoot, '').replaceAll(`${checkout}/dropins`, '');
  return { ...answer, result, isUnread: existsSync(join(hostRoot, unread)) };
}

test('doctor --last-boot names the line, profile or setting by which a thing was left out', async (t) => {
  const { result, remarks, isUnread } = await ask(t, {
    ...machine,
    'var/lib/pkginitrd/boot-record': gzipSync(record),
    [unread]: '',
  });
  assert.match(
    result,
    /^ {2}driver virtio_blk of the device virtio virtio0 .*\n {4}left out by \/etc\/pkginitrd\/50-small\.conf:2 "-virtio_blk"$/m,
  );
  assert.match(
    result,
    /^ {2}driver megaraid_sas of .*\n {4}nothing asks for it\n {4}taken by KernelModules=megaraid_sas .*\n {4}taken by Profiles=portable /m,
  );
  assert.match(
    result,
    /^ {2}profile cryptsetup, for crypto_LUKS on sda1\n {4}nothing asks for it\n {4}used unasked for encrypted devices/m,
  );
  assert.match(result, /^Journal\n {2}\[ 1\.0\] kernel: words$/m);
  assert.match(remarks.join('\n'), /The image that failed is not remembered/);
  assert.equal(isUnread, false);
});

test('doctor --last-boot names the rule of HostModules= for a device of the host, and of RemoveFiles= for a program', async (t) => {
  const status = 'Package: tools\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n';
  const failed = 'failed a.service exit-code 203 /usr/bin/gone\n';
  const { result } = await ask(t, {
    ...machine,
    ...device('pci0000:00/0000:00:09.0', 'pci', { modalias: raid }),
    'etc/pkginitrd/50-small.conf':
      '[Content]\nHostModules=-megaraid_sas\nRemoveFiles=/usr/bin/gone\nKernelModules=-virtio_blk\n',
    'var/lib/dpkg/status': status,
    'var/lib/dpkg/info/tools.list': '/.\n/usr/bin/gone\n',
    'var/lib/pkginitrd/boot-record': gzipSync(record.replace('device ', `${failed}device `)),
  });
  assert.match(
    result,
    /^ {2}driver megaraid_sas of .*\n {4}device pci 0000:00:09\.0, pci:\S+, but for \/etc\/pkginitrd\/50-small\.conf:2 "-megaraid_sas"$/m,
  );
  assert.match(
    result,
    /^ {2}program \/usr\/bin\/gone, which a\.service could not start\n {4}of package tools\n/m,
  );
  assert.match(result, /^ {4}removed by \/usr\/bin\/gone: \/etc\/pkginitrd\/50-small\.conf:3$/m);
});

test('doctor --last-boot says that there is no profile for what lies on a disk', async (t) => {
  const tree = { ...machine, 'var/lib/pkginitrd/boot-record': gzipSync(record) };
  const { result } = await ask(t, tree, { vendor: '/nonexistent' });
  assert.match(result, /^ {2}profile cryptsetup, .*\n {4}there is no such profile$/m);
});

test('doctor --last-boot shows a record where no plan can be made, and says why not', async (t) => {
  const { 'etc/os-release': _, ...strange } = machine;
  const { result, remarks } = await ask(t, {
    ...strange,
    'etc/pkginitrd/50-small.conf': '[Content]\nNo=thing\n',
    'var/lib/pkginitrd/boot-record': gzipSync(record),
  });
  assert.match(result, /^Never came\n {2}\/dev\/disk\/by-uuid\/1$/m);
  assert.doesNotMatch(result, /Nothing is seen/);
  assert.match(remarks.join('\n'), /It is not known why something was left out: /);
});

test('doctor --last-boot reads what has not been collected, and nothing where there is nothing', async (t) => {
  const variable = 'sys/firmware/efi/efivars/PkginitrdBootRecord-x';
  const value = Buffer.concat([Buffer.of(7, 0, 0, 0), gzipSync(record)]);
  const { result } = await ask(t, { ...machine, [variable]: value });
  assert.match(result, /^A boot of kernel 6\.12-test stopped in the initrd$/m);
  assert.equal((await ask(t, machine)).result, 'No boot that failed has left a record\n');
});

test('doctor --last-boot refuses a damaged record, and other users', async (t) => {
  const damaged = { ...machine, 'boot/pkginitrd-boot-record': 'x' };
  await assert.rejects(
    ask(t, damaged),
    /Cannot read "\/boot\/pkginitrd-boot-record": it is no whole/,
  );
  await assert.rejects(ask(t, machine, { user: 1000 }), /as user 1000: it is root's alone/);
});

test('doctor --last-boot passes over what is no record, and says so', async (t) => {
  const good = { 'var/lib/pkginitrd/boot-record': gzipSync(record) };
  for (const leftover of [
    { 'boot/pkginitrd-boot-record': 'x' },
    { 'boot/pkginitrd-boot-record/directory/x': '' },
    // A record in what is too large for one.
    { 'boot/pkginitrd-boot-record': Buffer.concat([gzipSync(record), Buffer.alloc(70_000)]) },
  ]) {
    const { result, remarks } = await ask(t, { ...machine, ...good, ...leftover });
    assert.match(result, /^A boot of kernel 6\.12-test/m);
    assert.match(
      remarks.join('\n'),
      /Warning: Cannot read "\/boot\/pkginitrd-boot-record": it is no whole record of a boot, and is passed over/,
    );
  }
});

test('doctor --last-boot shows a record where the kernel or its packages cannot be read, and says why not', async (t) => {
  const failed = 'failed a.service exit-code 203 /usr/bin/gone\n';
  const { result, remarks } = await ask(t, {
    ...machine,
    // The list of a package's files, which are asked for only to explain a program.
    'var/lib/dpkg/status':
      'Package: tools\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n',
    'var/lib/dpkg/info/tools.list/x': '',
    'var/lib/pkginitrd/boot-record': gzipSync(record.replace('device ', `${failed}device `)),
  });
  assert.match(result, /^Never came\n {2}\/dev\/disk\/by-uuid\/1$/m);
  assert.match(remarks.join('\n'), /It is not known why something was left out: .*tools\.list/);
});

test('doctor --last-boot holds the record of an image for any machine against such an image', async (t) => {
  const ofHost = { ...device('pci0000:00/0000:00:09.0', 'pci', { modalias: raid }) };
  const excluded = '[Content]\nHostModules=-megaraid_sas\nKernelModules=-virtio_blk\n';
  const of = (word: string) =>
    ask(t, {
      ...machine,
      ...ofHost,
      'etc/pkginitrd/50-small.conf': excluded,
      'var/lib/pkginitrd/boot-record': gzipSync(
        record.replace('image 0', `image 0\nimage-for ${word}`),
      ),
    });
  // An image for any machine asks none for its devices.
  assert.match((await of('host')).result, /megaraid_sas of .*\n.*50-small\.conf:2 "-megaraid_sas"/);
  // That of any machine takes the driver, which has no file here.
  assert.match((await of('any')).remarks.join('\n'), /Cannot find module ".*megaraid_sas\.ko"/);
});
