import { parseEnvFile } from '../formats/env-file.ts';
import type { AbsolutePath } from '../model/brands.ts';
import type { BootFacts } from '../model/facts.ts';
import type { RootFiles, Sys } from '../model/sys.ts';
import { readCrypttab } from './crypttab.ts';
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
  const storage = readStorage(sys, root, mounts);
  const commandLine = readCommandLine(root);
  return {
    storage,
    isContained: isContained(root, mounts),
    crypttab: readCrypttab(root, storage, commandLine),
    setupTabs: readSetupTabs(root, storage),
    commandLine,
    keyboard: readKeyboard(root, commandLine),
    resume: readResume(sys, root, commandLine),
  };
}

/** Words of what the running kernel was started with, and of what kernel-install(8) and GRUB start the next one with. */
function readCommandLine(root: RootFiles): readonly string[] {
  const grub = parseEnvFile(root.readText('etc/default/grub') ?? '');
  return [
    root.readText('proc/cmdline'),
    root.readText('etc/kernel/cmdline') ?? root.readText('usr/lib/kernel/cmdline'),
    grub.get('GRUB_CMDLINE_LINUX'),
    grub.get('GRUB_CMDLINE_LINUX_DEFAULT'),
  ].flatMap((text = '') => text.split(/\s+/).filter((word) => word !== ''));
}
