// Words of the kernel's command line for a network and for a root behind one: dracut.cmdline(7), initramfs-tools(7) with what
// Debian's open-iscsi and nbd-client add to it, nfsroot.rst of the kernel, systemd-network-generator.service(8).
import type { CommandLine, HostFacts } from '../../model/facts.ts';

/** Profiles that an option asks for. */
export function profilesOfNetworkWord(option: string): readonly string[] {
  return served.find(([pattern]) => pattern.test(option))?.[1] ?? [];
}

export interface WordProblem {
  readonly message: string;
  readonly hint: string;
  /** True where / is not found because of it. */
  readonly isNeeded: boolean;
}

/** Words of the next boot that nothing in an initrd of ours heeds. */
export function networkWordProblems({
  commandLines,
}: Pick<HostFacts, 'commandLines'>): readonly WordProblem[] {
  return commandLines.flatMap(({ file, words }) => [
    ...words.flatMap((option) => {
      const row = unserved.find(({ pattern }) => pattern.test(option));
      return row === undefined ? [] : [problem(file, option, row)];
    }),
    ...unfound({ file, words }),
  ]);
}

// A longer list comes first where two patterns fit.
const served: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^ip=ibft$/, ['iscsi', 'network']],
  [/^ip=(?!(?:off|none)?$)/, ['network']],
  [/^(?:nameserver|rd\.route|rd\.peerdns|vlan|bond|bridge|ifname)=/, ['network']],
  [/^rd\.neednet(?:=1)?$/, ['network']],
  [/^root=(?:\/dev\/nfs$|nfs4?:|\d+(?:\.\d+){3}:\/|\[[0-9a-fA-F:]+\]:\/)/, ['nfs']],
  [/^(?:nfsroot=|netroot=nfs4?:|rootfstype=nfs4?$)/, ['nfs']],
  [/^(?:root=iscsi:|netroot=(?:iscsi|ibft)(?::|$)|rd\.iscsi\.)/, ['iscsi']],
  [/^iscsi_(?:auto$|(?:initiator|target_\w+|(?:in_)?(?:username|password))=)/, ['iscsi']],
  [/^(?:root=(?:nbd:|\/dev\/nbd)|netroot=nbd:|nbdroot=)/, ['nbd']],
  [/^(?:root=virtiofs:|rootfstype=virtiofs$)/, ['virtiofs']],
  [/^(?:root=(?:9p|virtfs):|rootfstype=9p$)/, ['9p']],
  [/^(?:root=cifs:\/\/|rootfstype=(?:cifs|smb3)$)/, ['cifs']],
  [/^rd\.nvmf\./, ['nvmf']],
];

interface Unserved {
  readonly pattern: RegExp;
  readonly why: string;
  readonly instead: string;
  /** True where it says what / is. */
  readonly isRoot?: true;
}

const fixed = 'write root=nfs:SERVER:/DIRECTORY, root=iscsi:… or root=nbd:…';

const fibreChannelOverEthernet = {
  why: 'nothing sets up Fibre Channel over Ethernet',
  instead: 'let the card do it by its firmware',
};

const unserved: readonly Unserved[] = [
  {
    pattern: /^(?:root|netroot)=dhcp6?$/,
    why: 'the root path that a DHCP server sends is not taken',
    instead: fixed,
    isRoot: true,
  },
  {
    pattern: /^(?:root|netroot)=(?:live:|https?:|ftp:|tftp:)/,
    why: 'images of live systems are not fetched',
    instead: 'boot with an initrd of the live system',
    isRoot: true,
  },
  {
    pattern: /^(?:root|netroot)=fcoe:/,
    ...fibreChannelOverEthernet,
    isRoot: true,
  },
  // Says what is behind a card, and not that / is.
  { pattern: /^fcoe=/, ...fibreChannelOverEthernet },
  {
    pattern: /^cifsroot=/,
    why: 'only a kernel without an initrd heeds it',
    instead: 'write root=cifs://USER:PASSWORD@SERVER/SHARE',
    isRoot: true,
  },
  {
    pattern: /^team=/,
    why: 'systemd-networkd makes no team',
    instead: 'write bond=',
  },
  {
    pattern: /^rd\.(?:net\.(?:timeout|dhcp)\.|znet)/,
    why: 'it is for the scripts of dracut',
    instead:
      'say it in a .network file in /etc/systemd/network, which the profile network takes along',
  },
  {
    pattern: /^rd\.nfs\.domain=/,
    why: 'it is for the scripts of dracut',
    instead: 'set Domain= in /etc/idmapd.conf, which the profile nfs takes along',
  },
];

function problem(
  file: string,
  option: string,
  { why, instead, isRoot = false }: Omit<Unserved, 'pattern' | 'isRoot'> & { isRoot?: boolean },
): WordProblem {
  return {
    message: `"${option}" in ${file} has no meaning in the initrd: ${why}`,
    hint: `In ${file}, ${instead}`,
    // The running kernel may be that of an installer, whose words are not those of what it installs.
    isNeeded: isRoot && file !== '/proc/cmdline',
  };
}

/** Words that are heeded and do not say enough. */
function unfound({ file, words }: CommandLine): readonly WordProblem[] {
  const last = (key: string): string | undefined =>
    words.findLast((word) => word.startsWith(`${key}=`))?.slice(key.length + 1);
  const root = last('root');
  const type = last('rootfstype');
  const option = `root=${root ?? ''}`;
  if (root !== undefined && root.startsWith('/dev/') && /^(?:9p|virtiofs)$/.test(type ?? '')) {
    const why = `systemd waits for a device of this name before it mounts ${type ?? ''}`;
    const instead = 'name the share without "/dev/", as in root=rootfs, here and in the hypervisor';
    return [problem(file, option, { why, instead, isRoot: true })];
  }
  const place = [
    root === '/dev/nfs' ? (last('nfsroot') ?? last('netroot') ?? '') : root,
    last('netroot'),
  ].find((word) => root === '/dev/nfs' || /^nfs4?:/.test(word ?? ''));
  if (place === undefined) return [];
  const where = place.replace(/^nfs4?:/, '');
  const isNamed =
    /^(?:\[[^\]]+\]|[^:/[]+):[^:,]/.test(where) ||
    (where.startsWith('/') && words.some(namesServer));
  if (isNamed) return [];
  const why = 'no server and directory are named, and those that a DHCP server sends are not taken';
  return [problem(file, option, { why, instead: fixed, isRoot: true })];
}

/** The second field of ip= is the server's address, or in dracut's second form how the card gets one of its own. */
function namesServer(word: string): boolean {
  const [, second] = /^ip=[^:]*:([^:]+)/.exec(word) ?? [];
  return second !== undefined && !methods.has(second);
}

const methods: ReadonlySet<string> = new Set([
  ...['dhcp', 'dhcp6', 'on', 'any', 'auto6', 'either6', 'link6', 'link-local'],
  ...['off', 'none', 'ibft'],
]);
