import type { BootFacts } from '../model/facts.ts';
import type { Sourced } from '../model/origin.ts';
import type { StorageNode, StorageStack } from '../model/storage.ts';

/** Profiles that the host asks for; whether there is such a profile is the configuration's matter. */
export function suggestedProfiles(boot: BootFacts): readonly Sourced<string>[] {
  const found = new Map<string, string>();
  const suggest = (names: readonly string[], fact: string): void => {
    for (const name of names) if (!found.has(name)) found.set(name, fact);
  };
  const walk = (purpose: string, node: StorageNode): void => {
    suggest(profilesOfNode(node), `under ${purpose}: ${nodeText(node)}`);
    if (node.type !== 'disk') for (const each of node.below) walk(purpose, each);
  };
  for (const { purpose, fileSystem, below } of boot.storage) {
    suggest(known(fileSystemProfiles, fileSystem), `under ${purpose}: ${fileSystem ?? ''}`);
    for (const node of below) walk(purpose, node);
  }
  for (const { name, options } of boot.crypttab.entries) {
    suggest(['cryptsetup', ...profilesOfOptions(options)], `/etc/crypttab: ${name}`);
  }
  for (const option of boot.commandLine) {
    if (!cryptOptions.some((pattern) => pattern.test(option))) continue;
    const names = ['cryptsetup', ...profilesOfOptions(option.split(/[=,]/))];
    suggest(names, `kernel command line: ${option}`);
  }
  return [...found]
    .map(([value, fact]) => ({ value, from: { type: 'host', fact } as const }))
    .sort((a, b) => (a.value < b.value ? -1 : 1));
}

/**
 * Whether everything under / was seen, down to the disks, and under what else the boot waits for. If not, an image has
 * to be ready for whatever it may be.
 */
export function isStorageKnown({ storage, isContained }: BootFacts): boolean {
  const isSeen = ({ purpose, fileSystem, below }: StorageStack): boolean =>
    reachesDisks(below) || (purpose !== '/' && diskless.has(fileSystem ?? ''));
  return (
    !isContained &&
    storage.some(({ purpose }) => purpose === '/') &&
    storage.filter(({ required }) => required).every(isSeen)
  );
}

// These have no disk by their nature; any other file system without one was not seen to its end.
const diskless = new Set(['9p', 'cifs', 'nfs', 'nfs4', 'ramfs', 'smb3', 'tmpfs', 'virtiofs']);

function reachesDisks(nodes: readonly StorageNode[]): boolean {
  return (
    nodes.length > 0 && nodes.every((node) => node.type === 'disk' || reachesDisks(node.below))
  );
}

type ProfileTable = Readonly<Record<string, string>>;

function known(table: ProfileTable, word: string | null): readonly string[] {
  const profile = word !== null && Object.hasOwn(table, word) ? table[word] : undefined;
  return profile === undefined ? [] : [profile];
}

const fileSystemProfiles: ProfileTable = {
  btrfs: 'btrfs',
  cifs: 'cifs',
  nfs: 'nfs',
  nfs4: 'nfs',
  virtiofs: 'virtiofs',
  xfs: 'xfs',
  zfs: 'zfs',
};

// systemd-cryptsetup-generator(8), systemd-veritysetup-generator(8). What they name may lie beside /, and nothing but the
// initrd heeds those that begin with "rd.".
const cryptOptions: readonly RegExp[] = [
  /^(?:rd\.)?luks\.(?:uuid|name|key|data|options|crypttab)=/,
  /^(?:rd\.)?luks=(?:1|yes|y|true|t|on)$/,
  /^(?:roothash|usrhash|systemd\.verity\w*|rd\.(?:verity|integrity)tab)=/,
];

/** Of crypttab(5). */
function profilesOfOptions(options: readonly string[]): readonly string[] {
  return options.flatMap((option) => known(deviceOptions, option.replace(/=.*$/s, '')));
}

const deviceOptions: ProfileTable = {
  'tpm2-device': 'tpm2',
  'pkcs11-uri': 'pkcs11',
};

const tokenProfiles: ProfileTable = {
  'systemd-tpm2': 'tpm2',
  'systemd-pkcs11': 'pkcs11',
};

function profilesOfNode(node: StorageNode): readonly string[] {
  switch (node.type) {
    case 'crypt':
      return ['cryptsetup', ...node.tokens.flatMap((token) => known(tokenProfiles, token))];
    case 'multipath':
      return ['dm', 'multipath'];
    case 'mapper':
      return ['dm'];
    case 'lvm':
      return /-tpool$|_(?:tdata|cdata|cvol)\b/.test(node.name) ? ['lvm', 'lvm-thin'] : ['lvm'];
    case 'raid':
    case 'bcache':
      return [node.type];
    case 'partition':
    case 'loop':
      return [];
    case 'disk':
      return node.drivers.flatMap(({ module, driver }) => known(networkBuses, module ?? driver));
    default:
      return node satisfies never;
  }
}

const networkBuses: ProfileTable = {
  iscsi_tcp: 'iscsi',
  nbd: 'nbd',
  nvme_tcp: 'nvmf',
  nvme_rdma: 'nvmf',
};

function nodeText(node: StorageNode): string {
  return node.type === 'disk' ? `disk ${node.device}` : `${node.type} ${node.name}`;
}
