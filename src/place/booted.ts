import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { RootFiles, Sys } from '../model/sys.ts';
import { digestOf } from './digest.ts';

/** Word on the kernel's command line of a previous image's entry: it tells which of the two the machine came up with. */
export const previousMark = 'pkginitrd.previous';

/** The same of the rescue image's entry, whose kernel may be one that has an image of its own. */
export const rescueMark = 'pkginitrd.rescue';

/** Words of a command line without those of our own entries: one that was made in a boot of them has taken them along. */
export function withoutMarks(options: string): string {
  return options
    .split(/(?<=\s)(?=\S)/)
    .filter((word) => ![previousMark, rescueMark].includes(word.trim()))
    .join('')
    .trimEnd();
}

/** Digests of the images that a kernel has come up with, written by the unit pkginitrd-booted. */
const bootedDirectory = '/var/lib/pkginitrd/booted';

/**
 * Whether the machine is known to have come up with an image of a kernel: a unit has noted so, or it runs this kernel, the
 * image is older than the boot, and it is not the previous one that was chosen.
 */
export function hasBooted(sys: Sys, kernelVersion: string, image: AbsolutePath): boolean {
  const machine = sys.root(absolutePath('/'));
  if (isRunning(machine, kernelVersion, image)) return true;
  const noted = machine.readText(`${bootedDirectory}/${kernelVersion}`)?.split(/\s+/) ?? [];
  return noted.length > 0 && noted.includes(digestOf(sys, image));
}

/** The kernel that runs. */
export function runningKernel(machine: RootFiles): string | undefined {
  return machine.readText('/proc/sys/kernel/osrelease')?.trim();
}

/** True where this boot is one of the rescue image. */
export function runsRescue(sys: Pick<Sys, 'root'>): boolean {
  return commandLine(sys.root(absolutePath('/'))).includes(rescueMark);
}

function isRunning(machine: RootFiles, kernelVersion: string, image: AbsolutePath): boolean {
  if (runningKernel(machine) !== kernelVersion) return false;
  const words = commandLine(machine);
  if (words.includes(previousMark) || words.includes(rescueMark)) return false;
  const [, began] = /^btime (\d+)$/m.exec(machine.readText('/proc/stat') ?? '') ?? [];
  const written = machine.stat(image)?.mtime;
  return began !== undefined && written !== undefined && written < Number(began);
}

function commandLine(machine: RootFiles): readonly string[] {
  return (machine.readText('/proc/cmdline') ?? '').split(/\s+/);
}
