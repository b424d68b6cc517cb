// One disk on several ways.
import type { Scenario } from '../../helpers/scenario.ts';
import { worldWideName } from '../../helpers/qemu.ts';
import { multipathRoot } from '../../hosts/hosts.ts';
import { byUuid, made } from './steps.ts';

const wwid = `3${worldWideName.slice(2)}`;

export const paths: readonly Scenario[] = [
  {
    // Either path has the file system, too: only with multipathd and the host's list of disks is it mounted by both.
    name: 'multipath',
    isQuick: true,
    image: 'host',
    work: { packages: [], disks: [96], make: made('ext4', '/dev/vda'), close: [] },
    machine: multipathRoot,
    hostFiles: { 'etc/multipath/wwids': `# Valid WWIDs:\n/${wwid}/\n` },
    commandLine: `${byUuid} test.show=/sys/block/dm-0/dm/uuid`,
    profiles: ['dm', 'multipath'],
    guest: { attach: 'two paths' },
    seen: [
      new RegExp(`^ROOT-MOUNT /dev/mapper/${wwid} ext4$`, 'm'),
      new RegExp(`^SHOW .*: mpath-${wwid}$`, 'm'),
    ],
  },
];
