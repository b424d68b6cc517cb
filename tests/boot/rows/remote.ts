// Encrypted devices that somebody unlocks from elsewhere.
import { remoteCard } from '../../helpers/remote.ts';
import type { Scenario } from '../../helpers/scenario.ts';
import { byUuid, encrypted, luks, made, onLuks } from './steps.ts';

const unlocked: Pick<Scenario, 'work' | 'commandLine' | 'options' | 'seen'> = {
  work: {
    packages: ['cryptsetup-bin'],
    disks: [96],
    make: [...encrypted('/dev/vda', 'opened'), ...made('ext4', '/dev/mapper/opened')],
    close: ['cryptsetup close opened'],
  },
  commandLine: `rd.luks.name=${luks}=opened ${byUuid} test.show=/sys/class/net/${remoteCard}/flags`,
  options: ['--profile', 'ssh'],
  // The server is gone before the root takes over, and the card is not up (IFF_UP).
  seen: [
    onLuks,
    /^SHOW .*flags: 0x\d+[02468ace]$/m,
    /Stopped .*pkginitrd-ssh\.service[^]*SWITCH-ROOT-REACHED/,
  ],
};

const forTheHost = {
  image: 'host',
  profiles: ['cryptsetup', 'dm', 'network', 'network-down', 'ssh'],
} as const satisfies Partial<Scenario>;

export const remoteRows: readonly Scenario[] = [
  {
    name: 'LUKS unlocked by ssh, by a command',
    ...unlocked,
    ...forTheHost,
    remote: 'by a command',
  },
  {
    name: 'LUKS unlocked by ssh, with an image for any machine',
    ...unlocked,
    image: 'generic',
    remote: 'by a command',
  },
  {
    name: 'LUKS unlocked by ssh at a terminal, with the server of OpenSSH',
    ...unlocked,
    ...forTheHost,
    hostFiles: {
      'etc/pkginitrd/profiles/ssh/20-debian.conf': '[Content]\nPackages=openssh-server\n',
    },
    remote: 'at a terminal',
  },
];
