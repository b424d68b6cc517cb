import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import { runOk } from '../../helpers/run.ts';
import { plant, scratch } from '../../helpers/scratch.ts';
import { movedScript } from './moved-script.ts';

const library = 'usr/lib/pkginitrd';

function machine(root: string, commandLine: string): string {
  return plant(absolutePath(root), {
    'proc/cmdline': `${commandLine}\n`,
    'dev/kmsg': '',
    [`${library}/command-line`]: movedScript(root, `netroot/extra/${library}/command-line`),
    [`${library}/iscsi-words`]: movedScript(root, `iscsi/extra/${library}/iscsi-words`),
  });
}

const dropIn = 'early/sysroot.mount.d/50-share.conf';

interface Mounted {
  readonly what: string;
  readonly type?: string;
  readonly options: string;
  /** For what is waited before. */
  readonly awaits?: string;
}

const nolock = 'nolock,retry=4';

const mounts: readonly (readonly [commandLine: string, mounted: Mounted])[] = [
  [
    'root=/dev/nfs nfsroot=10.0.0.1:/srv/root,vers=3,tcp rw',
    {
      what: '10.0.0.1:/srv/root',
      type: 'nfs',
      options: `rw,${nolock},vers=3,tcp`,
      awaits: 'udp "10.0.0.1" 2049',
    },
  ],
  [
    'root=/dev/nfs nfsroot=/srv/%s ip=10.0.0.7:10.0.0.1:10.0.0.1:255.0.0.0:name:eth0:none',
    {
      what: '10.0.0.1:/srv/name',
      type: 'nfs',
      options: `ro,${nolock}`,
      awaits: 'udp "10.0.0.1" 2049',
    },
  ],
  [
    'ro root=nfs4:[fe80::1]:/srv:sec=sys rootflags=noatime',
    {
      what: '[fe80::1]:/srv',
      type: 'nfs4',
      options: `ro,${nolock},sec=sys,noatime`,
      awaits: 'udp "fe80::1" 2049',
    },
  ],
  [
    'root=/dev/nfs netroot=nfs:server:/srv',
    { what: 'server:/srv', type: 'nfs', options: `ro,${nolock}`, awaits: 'udp "server" 2049' },
  ],
  [
    'root=/dev/nfs netroot=nfs4:server:/srv',
    { what: 'server:/srv', type: 'nfs', options: `ro,${nolock}`, awaits: 'udp "server" 2049' },
  ],
  [
    'root=/dev/nfs nfsroot=10.0.0.1:/srv/%s ip=10.0.0.7::10.0.0.1:255.0.0.0::eth0:none',
    {
      what: '10.0.0.1:/srv/10.0.0.7',
      type: 'nfs',
      options: `ro,${nolock}`,
      awaits: 'udp "10.0.0.1" 2049',
    },
  ],
  [
    'root=/dev/nfs ip=10.0.0.7:10.0.0.1:10.0.0.1:255.0.0.0:name:eth0:dhcp nfsroot=/srv/%s ip=ens3:dhcp:1500:52:54:00:01:02:03',
    {
      what: '10.0.0.1:/srv/name',
      type: 'nfs',
      options: `ro,${nolock}`,
      awaits: 'udp "10.0.0.1" 2049',
    },
  ],
  [
    'netroot=nfs4:server:/srv',
    { what: 'server:/srv', type: 'nfs4', options: `ro,${nolock}`, awaits: 'udp "server" 2049' },
  ],
  [
    'root=10.0.0.1:/srv rw',
    { what: '10.0.0.1:/srv', type: 'nfs', options: `rw,${nolock}`, awaits: 'udp "10.0.0.1" 2049' },
  ],
  [
    'root=server:/srv rootfstype=nfs4 rw',
    { what: 'server:/srv', type: 'nfs4', options: `rw,${nolock}`, awaits: 'udp "server" 2049' },
  ],
  [
    'root=cifs://me:secret@server/share/dir rw',
    {
      what: '//server/share/dir',
      type: 'cifs',
      options: 'rw,username=me,password=secret',
      awaits: 'tcp "server" 445',
    },
  ],
  [
    'root=cifs://[fe80::1]/share rootflags=guest,port=4450,vers=3',
    {
      what: '//[fe80::1]/share',
      type: 'cifs',
      options: 'ro,guest,port=4450,vers=3',
      awaits: 'tcp "fe80::1" 4450',
    },
  ],
  [
    'root=cifs://server/share "cifspass=a b" cifsuser=me',
    {
      what: '//server/share',
      type: 'cifs',
      options: 'ro,password=a b,username=me',
      awaits: 'tcp "server" 445',
    },
  ],
  ['root=virtiofs:tag%1 rw', { what: 'tag%%1', type: 'virtiofs', options: 'rw' }],
  ['root=9p:tag', { what: 'tag', type: '9p', options: 'ro,trans=virtio' }],
  [
    '"root=virtfs:a tag" rootflags="version=9p2000.L" rw',
    { what: 'a tag', type: '9p', options: 'rw,trans=virtio,version=9p2000.L' },
  ],
  [
    'root=iscsi:me:secret@10.0.0.1::3261:2:iqn.2026-01.x:y',
    { what: '/dev/disk/by-path/ip-10.0.0.1:3261-iscsi-iqn.2026-01.x:y-lun-2', options: 'ro' },
  ],
  [
    'root=iscsi:10.0.0.1::::iqn.2026-01.x:y rootfstype=xfs',
    {
      what: '/dev/disk/by-path/ip-10.0.0.1:3260-iscsi-iqn.2026-01.x:y-lun-0',
      type: 'xfs',
      options: 'ro',
    },
  ],
  [
    'root=nbd:server:root:ext4:noatime rw',
    { what: '/dev/nbd0', type: 'ext4', options: 'rw,noatime' },
  ],
  ['root=nbd:[fe80::1]:10809', { what: '/dev/nbd0', options: 'ro' }],
];

const silent = [
  'root=UUID=1 rw quiet ip=dhcp',
  'root=/dev/sda rootfstype=ext4',
  'root=tag rootfstype=virtiofs',
  'root=/dev/nbd0 nbdroot=server:root',
  'root=UUID=1 netroot=iscsi:10.0.0.1::::iqn.x',
  'root=zfs:pool/root',
  '',
];

async function generated(
  shell: string,
  root: string,
  commandLine: string,
  without: readonly string[] = [],
): Promise<string> {
  machine(root, commandLine);
  for (const each of without) rmSync(join(root, each));
  const out = join(root, 'out');
  for (const name of ['normal', 'early', 'late']) mkdirSync(join(out, name), { recursive: true });
  const script = movedScript(
    root,
    'netroot/extra/usr/lib/systemd/system-generators/pkginitrd-netroot-generator',
  );
  const places = ['normal', 'early', 'late'].map((name) => join(out, name));
  await runOk([shell, '-euc', script, 'generator', ...places]);
  return out;
}

/** Of the unit that / waits for, and that itself waits for the network. */
function awaited(out: string, mount: string): string | undefined {
  const file = join(out, 'early/pkginitrd-server.service');
  const after = /^After=network-online\.target pkginitrd-server\.service$/m;
  const wants = /^Wants=network-online\.target pkginitrd-server\.service$/m;
  assert.deepEqual([after.test(mount), wants.test(mount)], Array(2).fill(existsSync(file)));
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  assert.match(text, /^After=network-online\.target$/m);
  return /^ExecStart=\/bin\/bash \S+\/usr\/lib\/pkginitrd\/await-server (.+)$/m.exec(text)?.[1];
}

function isWanted(out: string, unit: string): boolean {
  const wants = join(out, 'normal/sysinit.target.wants');
  return existsSync(wants) && readdirSync(wants).includes(unit);
}

// Whoever mounts it, its driver has to be there.
const shared = /^(?:.* )?"?(?:root=(?:virtiofs|9p|virtfs):|.*rootfstype=(?:9p|virtiofs))/;

for (const shell of ['dash', 'bash']) {
  test(`the root of a word of the command line is mounted, in ${shell}`, async (t) => {
    for (const [commandLine, { what, type, options, awaits }] of mounts) {
      const out = await generated(shell, scratch(t), commandLine);
      const unit = readFileSync(join(out, 'early/sysroot.mount'), 'utf8');
      const [, ...lines] = unit.slice(unit.indexOf('[Mount]')).trim().split('\n');
      const expected = {
        ...{ Where: '/sysroot', TimeoutSec: '5min', What: what },
        ...(type === undefined ? {} : { Type: type }),
        Options: options,
      };
      assert.deepEqual(Object.fromEntries(lines.map((line) => line.split(/=(.*)/, 2))), expected);
      assert.equal(existsSync(join(out, dropIn)), shared.test(commandLine), commandLine);
      assert.equal(awaited(out, unit), awaits, commandLine);
      const wanted = readdirSync(join(out, 'early/initrd-root-fs.target.requires'));
      assert.deepEqual(wanted, ['sysroot.mount']);
    }
  });

  test(`what systemd mounts by itself is left to it, in ${shell}`, async (t) => {
    for (const commandLine of silent) {
      const out = await generated(shell, scratch(t), commandLine);
      assert.equal(existsSync(join(out, 'early/sysroot.mount')), false, commandLine);
      assert.equal(existsSync(join(out, dropIn)), shared.test(commandLine), commandLine);
    }
  });

  test(`a root of NFS without server or directory is told on the console, in ${shell}`, async (t) => {
    for (const words of [
      'root=/dev/nfs ip=dhcp',
      'root=/dev/nfs nfsroot=/srv ip=ens3:dhcp:1500:52:54:00:01:02:03',
      'root=nfs:10.0.0.1:',
    ]) {
      const root = scratch(t);
      await generated(shell, root, words);
      const told = readFileSync(join(root, 'dev/kmsg'), 'utf8');
      assert.match(told, /^<3>pkginitrd: Cannot mount \/ by NFS/, words);
    }
  });

  test(`an image without the profile iscsi keeps its other connections, in ${shell}`, async (t) => {
    const root = plant(scratch(t), { 'usr/lib/systemd/system/pkginitrd-nbd.service': '' });
    const without = [`${library}/iscsi-words`];
    const words = 'root=iscsi:10.0.0.1::::iqn.x nbdroot=h:root';
    const out = await generated(shell, root, words, without);
    assert.ok(isWanted(out, 'pkginitrd-nbd.service'));
    assert.match(readFileSync(join(root, 'dev/kmsg'), 'utf8'), /without the profile iscsi/);
  });

  test(`the file of Debian's open-iscsi asks for its connection, in ${shell}`, async (t) => {
    for (const [text, expected] of [
      ['ISCSI_TARGET_NAME=iqn.x:y\n', true],
      ['# how\nISCSI_AUTO=true\n', true],
      ['#ISCSI_AUTO=true\nISCSI_INITIATOR=iqn.z\n', false],
    ] as const) {
      const root = scratch(t);
      plant(root, {
        'etc/iscsi/iscsi.initramfs': text,
        'usr/lib/systemd/system/pkginitrd-iscsi.service': '',
      });
      const out = await generated(shell, root, 'root=UUID=1');
      assert.equal(isWanted(out, 'pkginitrd-iscsi.service'), expected, text);
    }
  });
}
