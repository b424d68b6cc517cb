// Disks of other machines that nothing in the image connects: systemd then waits for what lies on them.
import type { Config } from '../../model/config.ts';
import type { HostFacts } from '../../model/facts.ts';
import type { Transport } from '../../model/storage.ts';
import { layersOf } from './layers.ts';
import { mayBringUnits } from './own-trees.ts';

export interface UnconnectedProblem {
  readonly message: string;
  readonly hint: string;
  /** False where the image may be right in spite of what can be seen: then it is a warning. */
  readonly isNeeded: boolean;
}

type Facts = Pick<HostFacts, 'storage' | 'commandLine' | 'commandLines' | 'connections'>;

/** The boot waits for these disks, and neither words, files nor the firmware's tables name their servers. */
export function unconnectedProblems(config: Config, facts: Facts): readonly UnconnectedProblem[] {
  // The words of the running kernel say nothing sure about the next one.
  const [place] = facts.commandLines.filter(({ file }) => file !== '/proc/cmdline');
  const isNeeded = place !== undefined && !mayBringUnits(config);
  const problems = new Map<Transport['type'], UnconnectedProblem>();
  for (const { purpose, below } of facts.storage.filter(({ required }) => required)) {
    for (const node of below.flatMap((each) => [...layersOf(each)])) {
      if (node.type !== 'disk' || node.transport === undefined) continue;
      const { type, by } = node.transport;
      const { name, drivers, words, instead, others } = ways[type];
      if (problems.has(type) || !drivers.includes(by) || isConnected(type, words, facts)) continue;
      const hint = `Add ${instead} to the kernel's command line (${place?.file ?? '/etc/kernel/cmdline, /etc/default/grub'})`;
      const message =
        `${purpose} lies on the disk "${node.device}" behind ${name}, which nothing in the initrd connects: ` +
        `no word of the kernel's command line names its server${others}`;
      problems.set(type, {
        message: isNeeded ? message : `${message}. ${hint}, unless the boot loader does`,
        hint,
        isNeeded,
      });
    }
  }
  return [...problems.values()];
}

function isConnected(
  type: Transport['type'],
  words: RegExp,
  { commandLine, connections }: Facts,
): boolean {
  if (commandLine.some((word) => words.test(word))) return true;
  return connections.some(
    ({ type: connected, from }) =>
      connected === type && !commandLine.some((word) => forbids(word, from)),
  );
}

function forbids(word: string, from: string): boolean {
  if (from.startsWith('/sys/')) return /^rd\.nvmf\.nonbft(?:=1)?$/.test(word);
  return from.startsWith('/etc/nvme/') && /^rd\.nvmf\.nostatic(?:=1)?$/.test(word);
}

interface Way {
  readonly name: string;
  /** Those that wait for a program; adapters of a card's own, such as qla4xxx, log in by themselves. */
  readonly drivers: readonly string[];
  /** Words by which the scripts of the profiles connect something. */
  readonly words: RegExp;
  readonly instead: string;
  /** The end of the sentence that there is no such word. */
  readonly others: string;
}

const ways: Readonly<Record<Transport['type'], Way>> = {
  iscsi: {
    name: 'iSCSI',
    drivers: ['iscsi_tcp', 'iscsi_iser'],
    words:
      /^(?:root=iscsi:|netroot=(?:iscsi|ibft)(?::|$)|rd\.iscsi\.(?:firmware|ibft)(?:=1)?$|ip=ibft$|iscsi_auto$|(?:rd\.iscsi\.target\.name|iscsi_target_name)=)/,
    instead:
      '"netroot=iscsi:SERVER::::TARGET", or with a table of the firmware "rd.iscsi.firmware=1"',
    others: ', nor does /etc/iscsi/iscsi.initramfs',
  },
  nbd: {
    name: 'NBD',
    drivers: ['nbd'],
    words: /^(?:(?:root|netroot)=nbd:|nbdroot=)/,
    instead: '"netroot=nbd:SERVER:EXPORT"',
    others: '',
  },
  nvmf: {
    name: 'NVMe over Fabrics',
    drivers: ['tcp', 'rdma'],
    words: /^rd\.nvmf\.discover=(?!fc,auto)/,
    instead: '"rd.nvmf.discover=tcp,ADDRESS"',
    others: ', nor do /etc/nvme/config.json, /etc/nvme/discovery.conf or the firmware (NBFT)',
  },
};
