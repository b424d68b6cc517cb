import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { runOk } from '../../helpers/run.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

const script = readFileSync(
  fileURLToPath(
    new URL(
      '../../../dropins/extra/usr/lib/systemd/system-generators/pkginitrd-wait-generator',
      import.meta.url,
    ),
  ),
  'utf8',
);

interface Row {
  readonly commandLine: string;
  readonly crypttab?: string;
  readonly fstab?: string;
  readonly units: readonly string[];
}

const uuid = 'dev-disk-by\\x2duuid-0f5c\\x2d6D.device.d';
const line = 'rd.luks.name=1=opened';

const rows: Readonly<Record<string, Row>> = {
  'a UUID': { commandLine: `quiet root=UUID=0f5c-6D ${line} rw`, units: [uuid] },
  'crypttab alone': {
    ...{ commandLine: 'root=UUID=0f5c-6D', crypttab: 'opened UUID=1 none\n', units: [uuid] },
  },
  'nothing encrypted': { commandLine: 'root=UUID=0f5c-6D', units: [] },
  'no root=': { commandLine: line, units: [] },
  'another root behind it': {
    commandLine: `root=LABEL=a ${line} root=UUID=0f5c-6D`,
    units: [uuid],
  },
  'a word that ends alike': { commandLine: `notroot=UUID=1 ${line} xroot=UUID=2`, units: [] },
  'a label with a blank': {
    commandLine: `root="LABEL=small root" ${line}`,
    units: ['dev-disk-by\\x2dlabel-small\\x5cx20root.device.d'],
  },
  'a quoted word': {
    commandLine: `${line} "root=PARTLABEL=small root" quiet`,
    units: ['dev-disk-by\\x2dpartlabel-small\\x5cx20root.device.d'],
  },
  'a label that is not ASCII, with a slash': {
    commandLine: `root=LABEL=ünö/x-y ${line}`,
    units: ['dev-disk-by\\x2dlabel-\\xc3\\xbcn\\xc3\\xb6\\x5cx2fx\\x2dy.device.d'],
  },
  'a logical volume': {
    commandLine: `root=/dev/mapper/debian--vg-root ${line}`,
    units: ['dev-mapper-debian\\x2d\\x2dvg\\x2droot.device.d'],
  },
  'a PARTUUID, and /usr': {
    commandLine: `root=PARTUUID=ab mount.usr=/dev/md/usr ${line}`,
    units: ['dev-disk-by\\x2dpartuuid-ab.device.d', 'dev-md-usr.device.d'],
  },
  'other kinds': { commandLine: `root=gpt-auto ${line} mount.usr=tmpfs`, units: [] },
  'lines of fstab for the initrd': {
    commandLine: `root=/dev/vda ${line}`,
    fstab:
      '# UUID=9 /usr ext4\nUUID=8 /usr ext4 defaults 0 2\nLABEL=v\t/var xfs noatime,x-initrd.mount\nUUID=7 /home ext4 defaults 0 2\n',
    units: [
      'dev-disk-by\\x2dlabel-v.device.d',
      'dev-disk-by\\x2duuid-8.device.d',
      'dev-vda.device.d',
    ],
  },
  // Either would wait for the other.
  'a disk with a key': {
    commandLine: 'root=UUID=0f5c-6D',
    crypttab: 'data UUID=1 /key:UUID=0f5c-6D\n',
    units: [],
  },
};

for (const shell of ['dash', 'bash']) {
  for (const [what, { commandLine, crypttab = '', fstab, units }] of Object.entries(rows)) {
    test(`the device of / is waited for when all questions are answered, in ${shell}: ${what}`, async (t) => {
      const tree: Tree = {
        ...{ 'proc/cmdline': `${commandLine}\n`, 'etc/crypttab': crypttab },
        ...(fstab === undefined ? {} : { 'sysroot/etc/fstab': fstab }),
      };
      const root = plant(scratch(t), tree);
      const out = join(root, 'out');
      mkdirSync(out);
      const moved = script.replaceAll(/(?<= |<)\/(?=proc\/|etc\/|sysroot\/)/g, `${root}/`);
      await runOk([shell, '-euc', moved, 'generator', out, out, out]);
      assert.deepEqual(readdirSync(out).sort(), units);
      for (const unit of units) {
        const [file = ''] = readdirSync(join(out, unit));
        assert.match(readFileSync(join(out, unit, file), 'utf8'), /^After=cryptsetup\.target /m);
      }
    });
  }
}

const timeouts: Readonly<Record<string, Row & { readonly seconds?: string }>> = {
  'resume=': { commandLine: 'root=LABEL=a resume=UUID=0f5c-6D', units: [uuid] },
  'the last of two': {
    commandLine: 'resume=UUID=1 resume=/dev/vda2',
    units: ['dev-vda2.device.d'],
  },
  'LUKS beside it': {
    ...{ commandLine: `resume=/dev/mapper/swap root=UUID=0f5c-6D ${line}` },
    units: [uuid, 'dev-mapper-swap.device.d'],
  },
  'a timeout for all devices': {
    ...{ commandLine: 'resume=UUID=0f5c-6D systemd.default_device_timeout_sec=5min' },
    ...{ units: [uuid], seconds: '5min' },
  },
  'a number, which the kernel resumes from': {
    commandLine: 'resume=254:2 resume_offset=7',
    units: [],
  },
  noresume: { commandLine: 'resume=UUID=0f5c-6D noresume', units: [] },
};

for (const shell of ['dash', 'bash']) {
  for (const [what, { commandLine, units, seconds = '90' }] of Object.entries(timeouts)) {
    test(`a device to resume from is not waited for without end, in ${shell}: ${what}`, async (t) => {
      const root = plant(scratch(t), { 'proc/cmdline': `${commandLine}\n`, out: null });
      const out = join(root, 'out');
      const moved = script.replaceAll(/(?<= |<)\/(?=proc\/|etc\/|sysroot\/)/g, `${root}/`);
      await runOk([shell, '-euc', moved, 'generator', out, out, out]);
      assert.deepEqual(readdirSync(out).sort(), [...units].sort());
      for (const unit of units) {
        const files = readdirSync(join(out, unit)).filter((file) => file.startsWith('45'));
        for (const file of files) {
          const text = readFileSync(join(out, unit, file), 'utf8');
          assert.match(text, new RegExp(`^JobRunningTimeoutSec=${seconds}$`, 'm'));
        }
        assert.equal(files.length, unit === uuid && what.startsWith('LUKS') ? 0 : 1);
      }
    });
  }
}
