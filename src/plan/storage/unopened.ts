// Encrypted devices that nothing in the image would open: systemd then waits for what lies on them.
import type { Config } from '../../model/config.ts';
import type { ChosenEntry, HostFacts } from '../../model/facts.ts';
import type { StorageNode } from '../../model/storage.ts';
import { layersOf } from './layers.ts';
import { mayBringUnits } from './own-trees.ts';
import { switchedOff, type SwitchedOff } from './switched-off.ts';

export interface UnopenedProblem {
  readonly message: string;
  readonly hint: string;
  /** False where the image may be right in spite of what can be seen: then it is a warning. */
  readonly isNeeded: boolean;
}

/**
 * LUKS devices under what the boot mounts or resumes from that systemd-cryptsetup-generator(8) and systemd-gpt-auto-generator(8)
 * leave closed, and dm-verity devices there that systemd-veritysetup-generator(8) is told not to set up.
 */
export function unopenedProblems(config: Config, facts: HostFacts): readonly UnopenedProblem[] {
  const isSure = facts.commandLine.length > 0 && !mayBringUnits(config);
  const problems = new Map<string, UnopenedProblem>();
  const wanted = [
    ...facts.storage
      .filter(({ required }) => required)
      .map(({ purpose, below }) => ({ what: `${purpose} lies`, below })),
    ...facts.resume.map(({ option, below }) => ({ what: `What "${option}" names lies`, below })),
  ];
  for (const { what, below } of wanted) {
    for (const node of cryptUnder(below ?? [])) {
      const { name, format } = node;
      const found =
        format === 'verity' ? unchecked(node, what, facts) : unopened(node, what, facts, isSure);
      if (found !== undefined && !problems.has(name)) problems.set(name, found);
    }
  }
  return [...problems.values(), ...resumesFromNothing(facts)];
}

/** The boot waits for a device to resume from as long as for another one, by a generator of ours, and goes on. */
function resumesFromNothing({ resume }: HostFacts): readonly UnopenedProblem[] {
  return resume
    .filter(({ below }) => below === null)
    .map(({ option }) => {
      const hint = `take "${option}" out of it (/etc/kernel/cmdline, /etc/default/grub), or name the swap space that swapon(8) shows`;
      const message = `"${option}" of the kernel's command line names a device that does not exist, and each boot waits 90 s for it: ${hint}`;
      return { message, hint, isNeeded: false };
    });
}

type CryptNode = Extract<StorageNode, { readonly type: 'crypt' }>;

function cryptUnder(below: readonly StorageNode[]): readonly CryptNode[] {
  return below
    .flatMap((node) => [...layersOf(node)])
    .filter((node) => node.type === 'crypt')
    .filter(({ format }) => /^(?:luks[12]|verity)$/.test(format));
}

function isOpened({ name }: CryptNode, facts: HostFacts): boolean {
  const words = facts.commandLine.map((word) => word.replace(/^rd\./, ''));
  if (switchedOff(facts.commandLines, 'luks') !== undefined) return isFoundByType(words);
  const listed = words.flatMap((word) => /^luks\.(?:uuid|name)=(.+)$/.exec(word)?.[1] ?? []);
  if (listed.some((each) => each.endsWith(`=${name}`))) return true;
  const entry = tableEntry(facts, name);
  if (entry !== undefined) return isListed(entry, listed);
  // A UUID without a name opens as luks-UUID, and may be any device's.
  if (listed.some((each) => !each.includes('='))) return true;
  return isFoundByType(words);
}

function tableEntry(
  { crypttab, hostFiles, commandLines }: HostFacts,
  name: string,
): ChosenEntry | undefined {
  const isTaken =
    hostFiles.some(({ path }) => path === '/etc/crypttab') &&
    switchedOff(commandLines, 'luks.crypttab') === undefined;
  return isTaken ? crypttab.find((entry) => entry.name === name) : undefined;
}

/** Where the command line names any device, lines of crypttab for others are passed over (add_crypttab_devices). */
function isListed({ device }: ChosenEntry, listed: readonly string[]): boolean {
  const uuid = /^(?:UUID=|\/dev\/disk\/by-uuid\/)"?([^"]+)/.exec(device)?.[1]?.toLowerCase();
  if (listed.length === 0 || uuid === undefined) return true;
  return listed.some((each) => each.replace(/^luks-|=.*$/g, '').toLowerCase() === uuid);
}

/** The root partition is found by its type where nothing says which one it is. */
function isFoundByType(words: readonly string[]): boolean {
  if (words.some((word) => /^systemd\.gpt_auto=(?:0|no|n|false|f|off)$/i.test(word))) return false;
  const root = words.findLast((word) => word.startsWith('root='));
  return root === undefined ? words.length > 0 : root.startsWith('root=gpt-auto');
}

function unopened(
  node: CryptNode,
  what: string,
  facts: HostFacts,
  isSure: boolean,
): UnopenedProblem | undefined {
  if (isOpened(node, facts)) return undefined;
  const { name, below } = node;
  const [device] = below.map((each) => each.device);
  const own = facts.crypttab.find((entry) => entry.name === name);
  const foreign = facts.commandLine.find((word) =>
    /^(?:crypt(?:device|opts)|cryptroot)=/.test(word),
  );
  const why = [
    own === undefined
      ? `no line "${name}" of /etc/crypttab`
      : `"${own.line.trim()}" of /etc/crypttab does not count here`,
    'no "rd.luks.name=" of it on the kernel\'s command line',
    ...(foreign === undefined ? [] : [`"${foreign}" is not for systemd`]),
  ];
  const path = `/dev/${device ?? name}`;
  const off =
    switchedOff(facts.commandLines, 'luks') ??
    (own === undefined ? undefined : switchedOff(facts.commandLines, 'luks.crypttab'));
  return {
    message:
      `${what} on the encrypted device "${name}" (${path}), which nothing in the initrd opens: ` +
      (off === undefined ? why.join(', ') : offSentence(off)) +
      (isSure ? '' : '; unless something else opens it, the boot waits for it in vain'),
    hint:
      off !== undefined
        ? offHint(off)
        : `Add "${name} UUID=$(blkid -o value -s UUID ${path}) none x-initrd.attach" to /etc/crypttab, or "rd.luks.name=UUID=${name}" to ` +
          'the kernel\'s command line, or let systemd find a root partition of its type by leaving out "root="',
    isNeeded: isSure,
  };
}

/** A dm-verity device that is set up by the table or by a root hash, and that a word of the command line forbids. */
function unchecked(
  { name }: CryptNode,
  what: string,
  { commandLine, commandLines, setupTabs }: HostFacts,
): UnopenedProblem | undefined {
  const isListed = setupTabs.some(
    ({ path, names }) => path === '/etc/veritytab' && names.includes(name),
  );
  const hash = new Map([
    ['root', 'roothash='],
    ['usr', 'usrhash='],
  ]).get(name);
  const isNamed = hash !== undefined && commandLine.some((word) => word.startsWith(hash));
  const off =
    switchedOff(commandLines, 'systemd.verity') ??
    (isListed && !isNamed ? switchedOff(commandLines, 'veritytab') : undefined);
  if (off === undefined || !(isListed || isNamed)) return undefined;
  return {
    message: `${what} on the dm-verity device "${name}", which nothing in the initrd sets up: ${offSentence(off)}`,
    hint: offHint(off),
    isNeeded: true,
  };
}

function offSentence({ option, file }: SwitchedOff): string {
  return `"${option}" in ${file} forbids it`;
}

function offHint({ option, file }: SwitchedOff): string {
  return file === '/proc/cmdline'
    ? `Start the machine without "${option}", or write the next kernel's options into /etc/kernel/cmdline`
    : `Take "${option}" out of ${file}`;
}
