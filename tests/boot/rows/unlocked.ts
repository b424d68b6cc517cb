// Encrypted devices that something else than a passphrase opens: nothing else does.
import type { Scenario } from '../../helpers/scenario.ts';
import type { UnlockerKind } from '../../helpers/unlockers.ts';
import { byUuid, encrypted, luks, made, onLuks, online } from './steps.ts';

const pin = '135-7 9';

// Where systemd looks for it.
const policy = '$captured/var/lib/systemd/pcrlock.json';

export const unlocked: readonly Scenario[] = [
  {
    name: 'LUKS by a TPM2 with a PIN',
    image: 'host',
    work: byTpm('--tpm2-pcrs=7 --tpm2-with-pin=yes'),
    commandLine: byUuid,
    profiles: ['cryptsetup', 'dm', 'tpm2'],
    guest: { dialogue: [{ prompt: /enter .*PIN/i, type: pin }] },
    seen: [onLuks],
  },
  {
    // The policy lies in the TPM, and how to fulfil it in a file of the host.
    name: 'LUKS by a TPM2 and a policy of systemd-pcrlock',
    image: 'host',
    work: byTpm(`--tpm2-pcrs= --tpm2-pcrlock=${policy}`, [
      'mount -t securityfs securityfs /sys/kernel/security',
      'mkdir -p $captured/var/lib/systemd',
      `/usr/lib/systemd/systemd-pcrlock make-policy --pcr=16 --policy=${policy}`,
    ]),
    commandLine: byUuid,
    profiles: ['cryptsetup', 'dm', 'tpm2'],
    seen: [onLuks],
  },
  {
    name: 'LUKS by Clevis and a server of Tang',
    image: 'host',
    work: byClevis('tang', `tang '{"url":"http://10.0.2.100"}'`, online),
    commandLine: byUuid,
    profiles: ['clevis', 'cryptsetup', 'dm', 'network', 'network-down', 'tang'],
    seen: [onLuks],
  },
  {
    name: 'LUKS by Clevis and a TPM2',
    image: 'host',
    work: byClevis('tpm2', `tpm2 '{"pcr_ids":"7"}'`, tpmIsThere()),
    commandLine: byUuid,
    profiles: ['clevis', 'cryptsetup', 'dm', 'tpm2'],
    seen: [onLuks],
  },
];

function byTpm(options: string, before: readonly string[] = []): Scenario['work'] {
  const enrolled = `--unlock-key-file=/run/key --tpm2-device=auto ${options} --wipe-slot=password`;
  return opened('tpm2', 'luks,tpm2-device=auto', [
    ...tpmIsThere(),
    ...before,
    `NEWPIN='${pin}' systemd-cryptenroll ${enrolled} /dev/vda`,
  ]);
}

function byClevis(
  unlocker: UnlockerKind,
  words: string,
  before: readonly string[],
): Scenario['work'] {
  return opened(unlocker, 'luks', [
    ...before,
    // systemd makes it, which a workshop has not.
    'ln -s /proc/self/fd /dev/fd',
    `clevis luks bind -y -k /run/key -d /dev/vda ${words}`,
    'cryptsetup luksRemoveKey -q /dev/vda /run/key',
  ]);
}

function opened(
  unlocker: UnlockerKind,
  options: string,
  bind: readonly string[],
): Scenario['work'] {
  return {
    unlocker,
    packages: ['cryptsetup-bin'],
    disks: [96],
    make: [...encrypted('/dev/vda', 'opened'), ...bind, ...made('ext4', '/dev/mapper/opened')],
    close: ['cryptsetup close opened'],
    files: { 'etc/crypttab': `opened UUID=${luks} none ${options}\n` },
  };
}

function tpmIsThere(): readonly string[] {
  return ['modprobe tpm_crb', 'until [ -c /dev/tpmrm0 ]; do sleep 1; done'];
}
