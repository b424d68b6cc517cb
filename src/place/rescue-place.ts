import { basename, dirname } from 'node:path';
import { entryFiles } from '../formats/loader-entry.ts';
import type { RescuePlace } from '../model/boot-entry.ts';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Sys } from '../model/sys.ts';

/** The directory of the rescue image's files, beside those of the kernels. */
export const rescueName = 'pkginitrd-rescue';

/** End of the entry's text file. Of a kernel 0 it is sorted behind all others, by names as well. */
export const rescueEntrySuffix = `-0-${rescueName}.conf`;

/** What an entry in GRUB's menu reads, from /boot. */
export const rescueForGrub = `grub/${rescueName}.cfg`;

/**
 * Where the rescue image goes when a kernel has got its own: beside it, told by the kernel's boot entry or by GRUB's menu.
 * undefined where a boot loader would not learn of it.
 */
export function rescuePlace(
  sys: Sys,
  kernelVersion: string,
  menu: AbsolutePath | undefined,
): RescuePlace | undefined {
  if (menu === undefined) return undefined;
  const text = sys.root(absolutePath('/')).readText(menu) ?? '';
  if (basename(menu) === 'grub.cfg') {
    const boot = dirname(dirname(menu));
    if (text === '') return undefined;
    return {
      directory: absolutePath(`${boot}/${rescueName}`),
      text: absolutePath(`${boot}/${rescueForGrub}`),
      form: { type: 'grub' },
    };
  }
  const linux = linuxOf(text);
  if (linux === undefined || !menu.endsWith('.conf')) return undefined;
  const { above, below } = split(linux, kernelVersion);
  const bootRoot = dirname(dirname(dirname(menu)));
  // Paths begin at the root of the partition, whatever of it $BOOT is.
  const parent = below.includes('/') ? `${bootRoot}/${basename(above)}` : bootRoot;
  // The entry of another kernel, or files that lie elsewhere: an entry made after it would name files that are not there.
  if (sys.root(absolutePath('/')).stat(`${parent}/${below}`)?.type !== 'file') return undefined;
  return {
    directory: absolutePath(`${parent}/${rescueName}`),
    text: absolutePath(`${dirname(menu)}/${tokenOf(menu, kernelVersion)}${rescueEntrySuffix}`),
    form: { type: 'entry', main: menu },
  };
}

/** The same directory as a boot loader sees it, by the kernel's path in an entry: from the root of the partition. */
export function rescueDirectoryInEntry(main: string, kernelVersion: string): string {
  const { above } = split(linuxOf(main) ?? '/linux', kernelVersion);
  return `${above === '/' ? '' : above}/${rescueName}`;
}

function linuxOf(text: string): string | undefined {
  return entryFiles(text).find(({ key }) => key === 'linux')?.path;
}

/**
 * A kernel's path, cut where the rescue image's directory goes: kernel-install has a directory for each kernel, other plugins put all
 * kernels into one.
 */
function split(
  linux: string,
  kernelVersion: string,
): { readonly above: string; readonly below: string } {
  const directory = dirname(linux);
  return basename(directory) === kernelVersion
    ? { above: dirname(directory), below: `${kernelVersion}/${basename(linux)}` }
    : { above: directory, below: basename(linux) };
}

// A version may end as a counter of tries does.
function tokenOf(menu: AbsolutePath, kernelVersion: string): string {
  const name = basename(menu, '.conf');
  const end = `-${kernelVersion}`;
  const main = name.endsWith(end) ? name : name.replace(/\+\d+(?:-\d+)?$/, '');
  return main.endsWith(end) ? main.slice(0, -end.length) : 'pkginitrd';
}
