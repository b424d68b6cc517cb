import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { plainEnvironment, runOk } from '../../helpers/run.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';
import { movedScript } from './moved-script.ts';

const library = 'usr/lib/pkginitrd';

/** Each program says what it was called with, and fails the first time, as where the server is not there yet. */
const program = `#!/bin/sh
name=\${0##*/}
[ "$name" != iscsi-iname ] || { echo iqn.made:up; exit; }
echo "$name $*" >>CALLS
[ "$name" = modprobe ] || [ -e "SEEN-$name" ] || { : >"SEEN-$name"; exit 1; }
`;

interface Row {
  readonly script: string;
  readonly commandLine: string;
  readonly files?: Tree;
  readonly calls: readonly string[];
}

const iscsi = `iscsi/extra/${library}/iscsi-login`;
const nbd = `nbd/extra/${library}/nbd-connect`;
const nvmf = `nvmf/extra/${library}/nvmf-connect`;
const named: Tree = { 'etc/iscsi/initiatorname.iscsi': '#\nInitiatorName=iqn.own:name\n' };

const rows: readonly Row[] = [
  {
    script: iscsi,
    commandLine: 'root=iscsi:10.0.0.1::::iqn.2026-01.x:y ip=dhcp',
    files: named,
    calls: ['iscsistart -i iqn.own:name -t iqn.2026-01.x:y -g 1 -a 10.0.0.1 -p 3260'],
  },
  {
    script: iscsi,
    commandLine:
      'netroot=iscsi:me:secret:you:other@[fe80::1]:6:3261:if:eth0:2:iqn.x:y rd.iscsi.initiator=iqn.z rd.iscsi.param=node.a=b',
    calls: [
      'iscsistart -i iqn.z -t iqn.x:y -g 1 -a fe80::1 -p 3261 --param node.a=b -u me -w secret -U you -W other',
    ],
  },
  {
    script: iscsi,
    commandLine:
      'netroot=iscsi:a::::iqn.x netroot=iscsi:b:::1:eui.0123 rd.iscsi.username=me rd.iscsi.password=p',
    calls: [
      'iscsistart -i iqn.made:up -t iqn.x -g 1 -a a -p 3260 -u me -w p',
      'iscsistart -i iqn.made:up -t eui.0123 -g 1 -a b -p 3260 -u me -w p',
    ],
  },
  {
    script: iscsi,
    commandLine:
      'iscsi_initiator=iqn.z iscsi_target_name=iqn.x:y iscsi_target_ip=10.0.0.1 iscsi_target_port=99 iscsi_target_group=2 iscsi_username=me iscsi_password=p',
    calls: ['iscsistart -i iqn.z -t iqn.x:y -g 2 -a 10.0.0.1 -p 99 -u me -w p'],
  },
  { script: iscsi, commandLine: 'rd.iscsi.firmware=1', calls: ['iscsistart -N', 'iscsistart -b'] },
  { script: iscsi, commandLine: 'iscsi_auto', calls: ['iscsistart -N', 'iscsistart -b'] },
  {
    script: iscsi,
    commandLine: 'root=UUID=1',
    files: {
      ...named,
      'etc/iscsi/iscsi.initramfs':
        'ISCSI_INITIATOR="iqn.z"\nISCSI_TARGET_NAME=iqn.x:y\nISCSI_TARGET_IP="10.0.0.1 10.0.0.2"\nISCSI_USERNAME=me\nISCSI_PASSWORD="a b"\n',
    },
    calls: [
      'iscsistart -i iqn.z -t iqn.x:y -g 1 -a 10.0.0.1 -p 3260 -u me -w a b',
      'iscsistart -i iqn.z -t iqn.x:y -g 1 -a 10.0.0.2 -p 3260 -u me -w a b',
    ],
  },
  {
    script: iscsi,
    commandLine: 'root=UUID=1 iscsi_target_ip=10.0.0.9',
    files: {
      ...named,
      'etc/iscsi/iscsi.initramfs':
        'ISCSI_TARGET_NAME=iqn.x:y\nISCSI_TARGET_IP=10.0.0.1\nISCSI_TARGET_PORT=99\n',
    },
    calls: ['iscsistart -i iqn.own:name -t iqn.x:y -g 1 -a 10.0.0.9 -p 99'],
  },
  {
    script: iscsi,
    commandLine: 'root=UUID=1',
    files: { 'etc/iscsi/iscsi.initramfs': 'ISCSI_AUTO=true\n' },
    calls: ['iscsistart -N', 'iscsistart -b'],
  },
  {
    script: nbd,
    commandLine: 'root=nbd:server:root:ext4:ro nbddev=/dev/nbd3 quiet',
    calls: ['nbd-client -N root server /dev/nbd3 -systemd-mark'],
  },
  {
    script: nbd,
    commandLine: 'root=nbd:server:root:ext4:ro:timeout=5,persist',
    calls: ['nbd-client -N root server /dev/nbd0 -systemd-mark -timeout=5 -persist'],
  },
  {
    script: nbd,
    commandLine: 'netroot=nbd:[fe80::1]:10809 root=UUID=1',
    calls: ['nbd-client fe80::1 10809 /dev/nbd0 -systemd-mark'],
  },
  {
    script: nbd,
    commandLine: 'root=/dev/nbd1p2 nbdroot=10.0.0.1:10810/the-root',
    calls: ['nbd-client -N the-root 10.0.0.1 10810 /dev/nbd1 -systemd-mark'],
  },
  {
    script: nbd,
    commandLine: 'nbdroot=10.0.0.1,the-root,nbd2 root=LABEL=x',
    calls: ['nbd-client -N the-root 10.0.0.1 /dev/nbd2 -systemd-mark'],
  },
  {
    script: nbd,
    commandLine: 'nbdroot=10.0.0.1,2000 root=/dev/nbd0',
    calls: ['nbd-client 10.0.0.1 2000 /dev/nbd0 -systemd-mark'],
  },
  {
    script: nvmf,
    commandLine: 'rd.nvmf.discover=tcp,10.0.0.1,,4420 rd.nvmf.hostnqn=nqn.x',
    files: { 'etc/nvme/hostid': 'b-c\n', 'etc/nvme/discovery.conf': '--traddr=10.0.0.9\n' },
    calls: [
      'nvme connect-all --transport=tcp --traddr=10.0.0.1 --trsvcid=4420 --hostnqn=nqn.x --hostid=b-c',
    ],
  },
  {
    script: nvmf,
    commandLine: 'rd.nvmf.discover=fc,auto rd.nvmf.discover=tcp,10.0.0.1',
    calls: ['nvme connect-all --transport=tcp --traddr=10.0.0.1'],
  },
  {
    script: nvmf,
    commandLine: 'quiet',
    files: {
      'sys/firmware/acpi/tables/NBFT': '',
      'etc/nvme/hostnqn': 'nqn.own\n',
      'etc/nvme/discovery.conf': '# none\n',
    },
    calls: ['nvme connect-all --nbft --hostnqn=nqn.own'],
  },
  {
    script: nvmf,
    commandLine: 'rd.nvmf.nonbft',
    files: { 'sys/firmware/acpi/tables/NBFT': '', 'etc/nvme/discovery.conf': '#\n--traddr=x\n' },
    calls: ['nvme connect-all'],
  },
];

for (const shell of ['dash', 'bash']) {
  for (const { script, commandLine, files = {}, calls } of rows) {
    const name = script.slice(script.lastIndexOf('/') + 1);
    test(`${name} tries until the server is there, in ${shell}: ${commandLine}`, async (t) => {
      const directory = scratch(t);
      const said = join(directory, 'calls');
      const text = program.replaceAll('CALLS', said).replaceAll('SEEN', join(directory, 'seen'));
      const names = ['iscsistart', 'iscsi-iname', 'nbd-client', 'nvme', 'modprobe', 'sleep'];
      const programs = names.map((each) => [`bin/${each}`, each === 'sleep' ? '' : text]);
      const root = plant(directory, {
        ...Object.fromEntries(programs),
        ...files,
        'proc/cmdline': `${commandLine}\n`,
        [`${library}/command-line`]: movedScript(
          directory,
          `netroot/extra/${library}/command-line`,
        ),
        [`${library}/iscsi-words`]: movedScript(directory, `iscsi/extra/${library}/iscsi-words`),
      });
      for (const each of names) chmodSync(join(root, 'bin', each), 0o755);
      const path = `${root}/bin:${plainEnvironment.PATH}`;
      await runOk([shell, '-uc', movedScript(root, script)], {
        env: { ...plainEnvironment, PATH: path },
      });
      const [first = '', ...others] = readFileSync(said, 'utf8')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('modprobe'));
      // "iscsistart -N" is tried once: a card may have its address already.
      assert.deepEqual(first === 'iscsistart -N' ? [first, ...others] : others, calls);
    });
  }
}

const units: readonly (readonly [commandLine: string, units: readonly string[]])[] = [
  [
    'ip=10.0.0.2::10.0.0.1:255.0.0.0:client-7:eth0:none',
    ['sysinit: pkginitrd-hostname@client\\x2d7.service'],
  ],
  ['ip=[fe80::2]::[fe80::1]:64:six::none quiet', ['sysinit: pkginitrd-hostname@six.service']],
  ['rd.neednet=1 ip=dhcp', ['initrd: network-online.target']],
  ['ip=10.0.0.2::10.0.0.1:255.0.0.0::eth0:none rd.neednet=0', []],
  ['ip=:::::eth0:dhcp', []],
  ['ip=ens3:dhcp:1500:52:54:00:12:34:56', []],
  ['ip=ens3:link-local:1500:52:54', []],
  ['ip=eth0:dhcp root=UUID=1', []],
  ['rd.iscsi.firmware=1 root=UUID=1', ['--any --timeout=30']],
  ['rd.iscsi.ibft', ['--any --timeout=30']],
  ['iscsi_auto', ['--any --timeout=30']],
  ['netroot=ibft', ['--any --timeout=30']],
  ['rd.iscsi.firmware=1 ip=ibft', []],
  ['ip=dhcp iscsi_auto', []],
  ['rd.iscsi.firmware=0', []],
];

for (const shell of ['dash', 'bash']) {
  test(`the network's generator names the machine and waits only where it is told to, in ${shell}`, async (t) => {
    for (const [commandLine, expected] of units) {
      const root = plant(scratch(t), { 'proc/cmdline': `${commandLine}\n`, out: null });
      const file = 'network/extra/usr/lib/systemd/system-generators/pkginitrd-network-generator';
      const out = join(root, 'out');
      mkdirSync(out, { recursive: true });
      await runOk([shell, '-euc', movedScript(root, file), 'generator', out, out, out]);
      const hurried = join(out, 'systemd-networkd-wait-online.service.d/firmware.conf');
      const found = ['initrd', 'sysinit'].flatMap((target) => {
        const directory = join(out, `${target}.target.wants`);
        return existsSync(directory)
          ? readdirSync(directory).map((unit) => `${target}: ${unit}`)
          : [];
      });
      if (existsSync(hurried)) {
        const text = readFileSync(hurried, 'utf8');
        found.push(/^ExecStart=\nExecStart=\S+ (.*)$/m.exec(text)?.[1] ?? text);
      }
      assert.deepEqual(found, expected, commandLine);
    }
  });
}
