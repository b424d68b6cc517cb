import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absolutePath } from '../../../../src/model/brands.ts';
import { BuildError } from '../../../../src/model/errors.ts';
import type { HostFacts } from '../../../../src/model/facts.ts';
import type { StorageNode, Transport } from '../../../../src/model/storage.ts';
import { makePlan } from '../../../../src/plan/plan.ts';
import { selectModules } from '../../../../src/plan/select-modules.ts';
import { config, facts, words } from '../../../helpers/plan-fixture.ts';

interface Host {
  readonly type: Transport['type'];
  readonly by: string;
  /** Of /etc/default/grub. */
  readonly next?: string;
  readonly running?: string;
  readonly connections?: HostFacts['connections'];
  readonly ours?: Parameters<typeof config>[0];
}

/** The refusal, the warnings, or nothing. */
function answer({ type, by, next, running = '', connections = [], ours }: Host, required = true) {
  const disk: StorageNode = { type: 'disk', device: 'sda', drivers: [], transport: { type, by } };
  const part: StorageNode = { type: 'partition', device: 'sda1', name: 'sda1', below: [disk] };
  const now = running.split(' ');
  const later = (next ?? '').split(' ');
  const { kernel } = facts({});
  const builtin = new Set([...kernel.modules.builtin, ...modules]);
  const host = facts({
    kernel: { ...kernel, modules: { ...kernel.modules, builtin } },
    storage: [
      {
        ...{ purpose: '/', required, source: '/dev/sda1', fileSystem: 'ext4', checksum: null },
        below: [part],
      },
    ],
    commandLine: [...now, ...later],
    commandLines:
      next === undefined
        ? [{ file: '/proc/cmdline', words: now }]
        : [{ file: '/etc/default/grub', words: later }],
    connections,
  });
  const settings = config({ profiles: words('iscsi', 'nbd', 'nvmf'), ...ours });
  const options = { generic: false, offline: false };
  try {
    const chosen = selectModules(settings, host);
    const { warnings } = makePlan(settings, host, chosen, new Map(), options);
    return warnings.filter((line) => line.includes('behind')).join('\n');
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return `refused: ${error.message}\n${error.hint}`;
  }
}

const modules = ['iscsi_tcp', 'ib_iser', 'nbd', 'nvme_tcp', 'nvme_rdma', 'nvme_fc', 'qla4xxx'];

const tcp = { type: 'iscsi', by: 'iscsi_tcp' } as const;
const nbd = { type: 'nbd', by: 'nbd' } as const;
const nvme = { type: 'nvmf', by: 'tcp' } as const;
const fromFile = (type: Transport['type'], from: string) => ({ connections: [{ type, from }] });

const unconnected: readonly Host[] = [
  { ...tcp, next: 'quiet' },
  { ...tcp, by: 'iscsi_iser', next: 'root=UUID=1' },
  // They say nothing of a target.
  { ...tcp, next: 'rd.iscsi.initiator=iqn.z iscsi_username=x rd.iscsi.firmware=0 ip=dhcp' },
  { ...nbd, next: 'root=/dev/nbd0 nbd.max_part=8' },
  { ...nvme, next: 'rd.nvmf.hostnqn=nqn.x rd.nvmf.discover=fc,auto' },
  { ...nvme, by: 'rdma', next: 'quiet' },
  { ...nvme, next: 'rd.nvmf.nonbft', ...fromFile('nvmf', '/sys/firmware/acpi/tables/NBFT') },
  { ...nvme, next: 'rd.nvmf.nostatic', ...fromFile('nvmf', '/etc/nvme/config.json') },
  { ...nbd, next: 'quiet', ...fromFile('iscsi', '/etc/iscsi/iscsi.initramfs') },
];

const names = { iscsi: 'iSCSI', nbd: 'NBD', nvmf: 'NVMe over Fabrics' };

for (const host of unconnected) {
  const { type, by, next = '' } = host;
  test(`makePlan() refuses a disk behind ${by} that nothing connects: ${next}`, () => {
    const line = `/ lies on the disk "sda" behind ${names[type]}, which nothing in the initrd connects`;
    const text = answer(host);
    assert.ok(text.startsWith('refused: ') && text.includes(`\n- ${line}`), text);
    assert.match(text, /\nAdd ".*" to the kernel's command line \(\/etc\/default\/grub\)$/);
    // Nobody waits for a mount that may fail.
    assert.equal(answer(host, false), '');
    // What the next kernel is started with is not known, or a tree of the user's connects it.
    const trees = words('/etc/pkginitrd/tree').map((word) => ({
      ...word,
      value: { source: absolutePath('/etc/pkginitrd/tree'), target: '/' },
    }));
    const { next: running = '', ...unknown } = host;
    for (const unsure of [
      { ...unknown, running },
      { ...host, ours: { extraTrees: trees } },
    ]) {
      const warned = answer(unsure);
      assert.ok(warned.startsWith(line), warned);
      assert.match(warned, /\. Add ".*unless the boot loader does$/);
    }
  });
}

const connected: readonly Host[] = [
  { ...tcp, by: 'qla4xxx', next: 'quiet' },
  { ...tcp, next: 'quiet', running: 'netroot=iscsi:h::::iqn.x' },
  ...[
    'root=iscsi:h::::iqn.x',
    'netroot=ibft',
    'rd.iscsi.firmware',
    'rd.iscsi.ibft=1',
    'ip=ibft',
    'iscsi_auto',
    'iscsi_target_name=iqn.x iscsi_target_ip=h',
    'rd.iscsi.target.name=iqn.x',
  ].map((next) => ({ ...tcp, next })),
  { ...tcp, next: 'quiet', ...fromFile('iscsi', '/etc/iscsi/iscsi.initramfs') },
  ...['root=nbd:h:root', 'netroot=nbd:h:root root=UUID=1', 'nbdroot=h,root root=/dev/nbd0'].map(
    (next) => ({ ...nbd, next }),
  ),
  { ...nvme, next: 'rd.nvmf.discover=tcp,10.0.0.1' },
  { ...nvme, by: 'fc', next: 'quiet' },
  { ...nvme, next: 'rd.nvmf.nostatic', ...fromFile('nvmf', '/sys/firmware/acpi/tables/NBFT') },
  { ...nvme, next: 'rd.nvmf.nonbft', ...fromFile('nvmf', '/etc/nvme/discovery.conf') },
];

test('makePlan() says nothing of disks that words, files, the firmware or a card connect', () => {
  for (const host of connected) assert.equal(answer(host), '', JSON.stringify(host));
});
