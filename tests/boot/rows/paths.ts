// One disk on several ways.
import type { Scenario } from '../../helpers/scenario.ts';
import { worldWideName } from '../../helpers/qemu.ts';
import { multipathRoot, volumeOnMultipath } from '../../hosts/hosts.ts';
import { byUuid, made, onVolume, volume } from './steps.ts';

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
  {
    // Either path has the physical volume, too.
    name: 'LVM on multipath',
    image: 'host',
    work: {
      packages: ['lvm2'],
      disks: [96],
      make: [...volume('/dev/vda'), ...made('ext4', '/dev/group/root')],
      close: ['lvm vgchange -an group'],
    },
    machine: volumeOnMultipath,
    hostFiles: { 'etc/multipath/wwids': `# Valid WWIDs:\n/${wwid}/\n` },
    commandLine:
      'root=/dev/mapper/group-root rw test.show=/sys/block/dm-0/dm/uuid test.show=/sys/block/dm-1/dm/name',
    profiles: ['dm', 'lvm', 'multipath'],
    guest: { attach: 'two paths' },
    seen: [
      onVolume,
      new RegExp(`^SHOW .*dm-0.*: mpath-${wwid}$`, 'm'),
      /^SHOW .*dm-1.*: group-root$/m,
    ],
  },
];
