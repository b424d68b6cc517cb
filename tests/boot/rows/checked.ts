// dm-integrity and dm-verity.
import type { Scenario } from '../../helpers/scenario.ts';
import { made, uuid } from './steps.ts';

const verity = (options: string): readonly string[] => [
  // The blocks of dm-verity may not be larger than the file system's.
  `mkfs.ext4 -q -b 4096 -U ${uuid} /dev/vda`,
  'mount /dev/vda $root',
  'cp -a $plain/. $root/',
  'umount $root',
  'modprobe dm_verity',
  "veritysetup format /dev/vda /dev/vdb | sed -n 's/^Root hash:[[:blank:]]*//p' >/run/word",
  `veritysetup open /dev/vda ${options} /dev/vdb $(cat /run/word)`,
];

export const checked: readonly Scenario[] = [
  {
    name: 'dm-integrity by integritytab',
    image: 'host',
    work: {
      packages: ['cryptsetup-bin'],
      disks: [128],
      make: [
        'modprobe dm_integrity',
        'integritysetup format -q --integrity crc32c /dev/vda',
        'integritysetup open --integrity crc32c /dev/vda checked',
        ...made('ext4', '/dev/mapper/checked'),
      ],
      close: ['integritysetup close checked'],
      files: { 'etc/integritytab': 'checked /dev/vda - integrity-algorithm=crc32c\n' },
    },
    commandLine: 'root=/dev/mapper/checked rw',
    profiles: ['cryptsetup', 'dm'],
    seen: [/^ROOT-MOUNT \/dev\/mapper\/checked ext4$/m],
  },
  {
    name: 'dm-verity by veritytab',
    image: 'host',
    work: {
      packages: ['cryptsetup-bin'],
      disks: [96, 32],
      make: [...verity('checked'), 'mount -o ro /dev/mapper/checked $root'],
      finish: ['echo "checked /dev/vda /dev/vdb $(cat /run/word)" >/run/etc/veritytab'],
      close: ['veritysetup close checked'],
    },
    commandLine: 'root=/dev/mapper/checked ro',
    profiles: ['cryptsetup', 'dm'],
    seen: [/^MOUNTED \/ \/dev\/mapper\/checked ext4 ro/m],
  },
  {
    name: 'dm-verity by the command line',
    image: 'host',
    work: {
      packages: ['cryptsetup-bin'],
      disks: [96, 32],
      make: [...verity('root'), 'mount -o ro /dev/mapper/root $root'],
      close: ['veritysetup close root'],
    },
    commandLine:
      'roothash=@word@ systemd.verity_root_data=/dev/vda systemd.verity_root_hash=/dev/vdb ro',
    profiles: ['cryptsetup', 'dm'],
    seen: [/^MOUNTED \/ \/dev\/mapper\/root ext4 ro/m],
  },
];
