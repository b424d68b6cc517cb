// A disk with a faster one as its cache.
import type { Scenario } from '../../helpers/scenario.ts';
import { made } from './steps.ts';

export const cached: readonly Scenario[] = [
  ...(['host', 'generic'] as const).map((image): Scenario => ({
    name: `bcache, ${image === 'host' ? "the host's own" : 'a generic'} image`,
    image,
    work: {
      packages: ['bcache-tools'],
      disks: [128, 64],
      make: [
        'modprobe bcache',
        'make-bcache --bucket 64k --writeback -B /dev/vda -C /dev/vdb',
        // A cache has a thousand buckets at least. udev may have been faster.
        'for disk in /dev/vda /dev/vdb; do echo $disk >/sys/fs/bcache/register_quiet || :; done',
        'until [ -b /dev/bcache0 ]; do sleep 1; done',
        "bcache-super-show /dev/vda | sed -n 's/^dev.uuid[[:blank:]]*//p' >/run/word",
        ...made('ext4', '/dev/bcache0'),
      ],
      close: [
        'echo 1 >/sys/block/bcache0/bcache/stop',
        'for set in /sys/fs/bcache/*-*; do echo 1 >$set/stop; done',
        'while [ -e /sys/block/bcache0 ]; do sleep 1; done',
      ],
    },
    commandLine: 'root=/dev/bcache/by-uuid/@word@ rw test.show=/sys/block/bcache0/bcache/state',
    ...(image === 'host' ? { profiles: ['bcache'] } : {}),
    seen: [/^ROOT-MOUNT \/dev\/bcache0 ext4$/m, /^SHOW .*state: (?:clean|dirty)$/m],
  })),
];
