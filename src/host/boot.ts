import { parseEnvFile } from '../formats/env-file.ts';
import type { AbsolutePath } from '../model/brands.ts';
import type { BootFacts, CommandLine, ResumeFacts } from '../model/facts.ts';
import type { StorageStack } from '../model/storage.ts';
import type { RootFiles, Sys } from '../model/sys.ts';
import { readCrypttab } from './crypttab.ts';
import { readEsp } from './esp.ts';
import { readKeyboard } from './keyboard.ts';
import { isContained, readMounts } from './mounts.ts';
import { readSetupTabs } from './setup-tabs.ts';
import { readResume } from './resume.ts';
import { readStorage } from './storage.ts';

/** An image for any machine knows nothing of how it is booted. */
const anyBoot: BootFacts = {
  storage: [],
  isContained: false,
  crypttab: { entries: [], files: [], warnings: [] },
  commandLine: [],
  commandLines: [],
  setupTabs: [],
  keyboard: { layout: null, files: [], warnings: [] },
  resume: [],
};

/** How the host boots: read before the configuration, since profiles are chosen by it. */
export function readBoot(
  sys: Pick<Sys, 'root' | 'openDisk'>,
  { hostRoot, generic }: { readonly hostRoot: AbsolutePath; readonly generic: boolean },
): BootFacts {
  if (generic) return anyBoot;
  const root = sys.root(hostRoot);
  const mounts = readMounts(root);
  const commandLines = readCommandLines(root);
  const commandLine = commandLines.flatMap(({ words }) => words);
  const esp = readEsp(root, mounts);
  const resume = readResume(sys, root, commandLine);
  const storage = withResumed(readStorage(sys, root, mounts), resume);
  return {
    storage,
    isContained: isContained(root, mounts),
    crypttab: readCrypttab(root, storage, commandLine),
    setupTabs: readSetupTabs(root, storage),
    commandLine,
    commandLines: ofNextBoot(commandLines),
    keyboard: readKeyboard(root, commandLine),
    resume,
    ...(esp === undefined ? {} : { esp }),
  };
}

/** A device to resume from is there in the next boot whether its swap space is in use now or not. */
function withResumed(
  storage: readonly StorageStack[],
  resume: readonly ResumeFacts[],
): readonly StorageStack[] {
  const known = new Set(storage.flatMap(({ below }) => below.map(({ device }) => device)));
  const more = new Map<string, StorageStack>();
  for (const { option, below } of resume) {
    const [top] = below ?? [];
    if (top === undefined || known.has(top.device)) continue;
    more.set(top.device, {
      purpose: 'resume',
      required: false,
      source: option.replace(/^resume=/, ''),
      isInFstab: false,
      fileSystem: null,
      checksum: null,
      below: [top],
    });
  }
  return [...storage, ...more.values()];
}

/** Options of the running kernel, and those that kernel-install(8) and GRUB start the next one with. */
function readCommandLines(root: RootFiles): readonly CommandLine[] {
  const grub = parseEnvFile(root.readText('etc/default/grub') ?? '');
  const ofGrub = ['GRUB_CMDLINE_LINUX', 'GRUB_CMDLINE_LINUX_DEFAULT'].flatMap(
    (key) => grub.get(key) ?? [],
  );
  const ofKernelInstall = ['etc/kernel/cmdline', 'usr/lib/kernel/cmdline']
    .map((path) => ({ file: `/${path}`, text: root.readText(path) }))
    .find(({ text }) => text !== undefined);
  return [
    { file: running, text: root.readText('proc/cmdline') },
    ...(ofKernelInstall === undefined ? [] : [ofKernelInstall]),
    { file: '/etc/default/grub', text: ofGrub.length === 0 ? undefined : ofGrub.join(' ') },
  ].flatMap(({ file, text }) =>
    text === undefined ? [] : [{ file, words: text.split(/\s+/).filter((word) => word !== '') }],
  );
}

const running = '/proc/cmdline';

/** What the running kernel was started with says how the next one is where nothing else does. */
function ofNextBoot(all: readonly CommandLine[]): readonly CommandLine[] {
  const written = all.filter(({ file }) => file !== running);
  return written.length > 0 ? written : all;
}
