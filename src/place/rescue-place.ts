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
  const bootRoot = dirname(dirname(dirname(menu)));
  const above = isOfKernel(linux, kernelVersion) ? `/${basename(dirname(dirname(linux)))}` : '';
  return {
    directory: absolutePath(`${bootRoot}${above}/${rescueName}`),
    text: absolutePath(`${dirname(menu)}/${tokenOf(menu, kernelVersion)}${rescueEntrySuffix}`),
    form: { type: 'entry', main: menu },
  };
}

/** The same directory as a boot loader sees it, by the kernel's path in an entry: from the root of the partition. */
export function rescueDirectoryInEntry(main: string, kernelVersion: string): string {
  const linux = linuxOf(main) ?? '/linux';
  const directory = dirname(linux);
  const parent = isOfKernel(linux, kernelVersion) ? dirname(directory) : directory;
  return `${parent === '/' ? '' : parent}/${rescueName}`;
}

function linuxOf(text: string): string | undefined {
  return entryFiles(text).find(({ key }) => key === 'linux')?.path;
}

// kernel-install has a directory for each kernel, other plugins put all kernels into one.
function isOfKernel(linux: string, kernelVersion: string): boolean {
  return basename(dirname(linux)) === kernelVersion;
}

function tokenOf(menu: AbsolutePath, kernelVersion: string): string {
  const name = basename(menu).replace(/(?:\+\d+(?:-\d+)?)?\.conf$/, '');
  return name.endsWith(`-${kernelVersion}`)
    ? name.slice(0, -kernelVersion.length - 1)
    : 'pkginitrd';
}
