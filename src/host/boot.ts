import type { AbsolutePath } from '../model/brands.ts';
import type { BootFacts } from '../model/facts.ts';
import type { RootFiles, Sys } from '../model/sys.ts';
import { readCrypttab } from './crypttab.ts';
import { readStorage } from './storage.ts';

/** What an image for any machine knows of how it is booted. */
export const anyBoot: BootFacts = {
  storage: [],
  crypttab: { entries: [], keyFiles: [], warnings: [] },
  commandLine: [],
};

/** How the host boots: read before the configuration, since profiles are chosen by it. */
export function readBoot(sys: Pick<Sys, 'root' | 'open'>, hostRoot: AbsolutePath): BootFacts {
  const root = sys.root(hostRoot);
  return {
    storage: readStorage(sys, hostRoot),
    crypttab: readCrypttab(root),
    commandLine: commandLineFiles.flatMap((path) => words(root, path)),
  };
}

// What the running kernel was started with, and what kernel-install(8) writes for the next one.
const commandLineFiles = ['proc/cmdline', 'etc/kernel/cmdline'];

function words(root: RootFiles, path: string): readonly string[] {
  return (root.readText(path) ?? '').split(/\s+/).filter((word) => word !== '');
}
