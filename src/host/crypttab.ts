import { locationOnHost, parseCrypttab } from '../formats/crypttab.ts';
import { parseEnvFile } from '../formats/env-file.ts';
import { fnmatch } from '../formats/fnmatch.ts';
import type { ChosenEntry, CrypttabEntry, CrypttabFacts, HostFile } from '../model/facts.ts';
import type { Reason } from '../model/reason.ts';
import type { StorageNode, StorageStack } from '../model/storage.ts';
import type { RootFiles } from '../model/sys.ts';

/**
 * Lines of /etc/crypttab for the initrd, and the files that they and the kernel's command line name. A line goes in where it asks
 * for it, and where / or what else the initrd mounts or resumes from lies on its device: Debian's installer writes no
 * x-initrd.attach, and what it has written boots with other initrds.
 */
export function readCrypttab(
  root: RootFiles,
  storage: readonly StorageStack[],
  commandLine: readonly string[],
): CrypttabFacts {
  const under = devicesOfBoot(root, storage, commandLine);
  const entries = parseCrypttab(root.readText('/etc/crypttab') ?? '').flatMap(
    (entry): readonly ChosenEntry[] => {
      const purpose = under.get(entry.name);
      if (purpose === undefined && !asksForInitrd(entry)) return [];
      return [{ ...entry, purpose: purpose?.startsWith('/') === true ? purpose : null }];
    },
  );
  const files: HostFile[] = [];
  const warnings: string[] = [];
  const named = [
    ...entries.flatMap((entry) => filesOfEntry(root, entry, warnings)),
    ...commandLine.flatMap(filesOfOption),
  ];
  for (const { path, reason, consequence } of named) {
    const stat = root.stat(path);
    if (stat === undefined) warnings.push(`Cannot find "${path}", ${consequence}`);
    else files.push({ path, reason, secret: true, size: stat.size });
  }
  return { entries, files, warnings };
}

/** `initramfs` is Debian's older word for it. */
function asksForInitrd({ options }: CrypttabEntry): boolean {
  return options.includes('x-initrd.attach') || options.includes('initramfs');
}

/** Names of encrypted devices below what the initrd mounts or resumes from, and for what. */
function devicesOfBoot(
  root: RootFiles,
  storage: readonly StorageStack[],
  commandLine: readonly string[],
): ReadonlyMap<string, string> {
  const resumes = commandLine.flatMap((word) => /^resume=(.+)$/.exec(word)?.[1] ?? []);
  const found = new Map<string, string>();
  const visit = (node: StorageNode, purpose: string): void => {
    if (node.type === 'disk') return;
    if (node.type === 'crypt' && !found.has(node.name)) found.set(node.name, purpose);
    for (const each of node.below) visit(each, purpose);
  };
  for (const { purpose, below } of storage) {
    if (purpose === 'swap' && !below.some((top) => isResumed(root, top, resumes))) continue;
    for (const node of below) visit(node, purpose);
  }
  return found;
}

function isResumed(root: RootFiles, top: StorageNode, resumes: readonly string[]): boolean {
  const number = root.readText('sys/power/resume')?.trim();
  const own = root.readText(`sys/class/block/${top.device.replaceAll('/', '!')}/dev`)?.trim();
  if (number !== undefined && number === own) return true;
  return resumes.some((word) => {
    const [, tag, value] = /^(UUID|LABEL|PARTUUID|PARTLABEL)=(.+)$/.exec(word) ?? [];
    const path = tag === undefined ? word : `/dev/disk/by-${tag.toLowerCase()}/${value ?? ''}`;
    if (top.type !== 'disk' && path === `/dev/mapper/${top.name}`) return true;
    return (root.readlink(path) ?? path).split('/').at(-1) === top.device;
  });
}

interface Named {
  readonly path: string;
  readonly reason: Reason;
  /** The end of the sentence about its absence. */
  readonly consequence: string;
}

// Options whose value is a file of the initrd, crypttab(5).
const fileOptions = [
  'header',
  'fido2-cid',
  'tcrypt-keyfile',
  'tpm2-signature',
  'tpm2-pcrlock',
] as const;

function filesOfEntry(root: RootFiles, entry: ChosenEntry, warnings: string[]): readonly Named[] {
  const named = fileOptions.flatMap((option) =>
    entry.options
      .filter((each) => each.startsWith(`${option}=`))
      .flatMap((each) => {
        const path = locationOnHost(each.slice(option.length + 1));
        if (path === undefined) return [];
        const reason = { type: 'crypttab option', option, entry: entry.name } as const;
        const consequence = `which ${option}= of crypttab entry "${entry.name}" names: it will not open in the initrd`;
        return [{ path, reason, consequence }];
      }),
  );
  const key = keyFile(root, entry);
  if (key === undefined) return named;
  const isAsked = asksForInitrd(entry) || isKeyOfDebian(root, key);
  if (!isAsked && root.stat(key) !== undefined) {
    // The image may lie where everybody can read it, and the key would open the disk.
    warnings.push(
      `Key file "${key}" of crypttab entry "${entry.name}" is not taken, since the line does not ask for the initrd with ` +
        'x-initrd.attach: it will ask for a passphrase',
    );
    return named;
  }
  const reason = { type: 'key', entry: entry.name } as const;
  const consequence = `the key file of crypttab entry "${entry.name}": the initrd will ask for a passphrase`;
  return [...named, { path: key, reason, consequence }];
}

// By this Debian's cryptsetup-initramfs is told which key files an initrd takes.
function isKeyOfDebian(root: RootFiles, path: string): boolean {
  const hook = parseEnvFile(root.readText('/etc/cryptsetup-initramfs/conf-hook') ?? '');
  return fnmatch(hook.get('KEYFILE_PATTERN') ?? '', path);
}

// systemd looks at /etc/cryptsetup-keys.d/NAME.key by itself (crypttab(5)).
function keyFile(root: RootFiles, { name, keyFile: field }: CrypttabEntry): string | undefined {
  if (field !== 'none' && field !== '-' && field !== '') return locationOnHost(field);
  const byName = `/etc/cryptsetup-keys.d/${name}.key`;
  return root.stat(byName) === undefined ? undefined : byName;
}

/** Files of rd.luks.key= and rd.luks.options= (systemd-cryptsetup-generator(8)), each with or without the UUID that it is for. */
function filesOfOption(option: string): readonly Named[] {
  const [, word, value = ''] =
    /^(?:rd\.)?luks\.(key|options)=(?:[0-9A-Fa-f-]+=)?(.+)$/.exec(option) ?? [];
  if (word === undefined) return [];
  const paths =
    word === 'key'
      ? [locationOnHost(value)]
      : value
          .split(',')
          .filter((each) => fileOptions.some((name) => each.startsWith(`${name}=`)))
          .map((each) => locationOnHost(each.slice(each.indexOf('=') + 1)));
  return paths.flatMap((path) => {
    if (path === undefined) return [];
    const consequence = `which "${option}" of the kernel's command line names: the disk may not open in the initrd`;
    return [{ path, reason: { type: 'kernel option', option } as const, consequence }];
  });
}
