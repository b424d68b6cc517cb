import { dirname } from 'node:path';
import { entryFiles } from '../formats/loader-entry.ts';
import type { BootEntry } from '../model/boot-entry.ts';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Sys } from '../model/sys.ts';
import { previousSuffix } from './boot-entry.ts';
import { bootImage, previousPrefix, type ImageFile } from './previous-file.ts';
import { ukiOf } from './uki.ts';

/** A previous image of a kernel, wherever it lies. */
export type Previous = { readonly kernelVersion: string } & (
  | { readonly type: 'file'; readonly image: ImageFile }
  | { readonly type: 'entry'; readonly entry: BootEntry }
);

/** All previous images in /boot and on the partitions of boot loaders. */
export function findPrevious(sys: Sys): readonly Previous[] {
  return [
    ...inBoot(sys),
    ...bootRoots(sys).flatMap((root) => [...entries(sys, root), ...ukis(sys, root)]),
  ];
}

function inBoot(sys: Sys): readonly Previous[] {
  return sys
    .root(absolutePath('/boot'))
    .list('/')
    .filter((name) => name.startsWith(previousPrefix))
    .flatMap((previous) => {
      const name = previous.slice(previousPrefix.length);
      const version = kernelOf(sys, name);
      if (version === undefined) return [];
      const image = bootImage(absolutePath(`/boot/${name}`), version);
      return [{ type: 'file' as const, kernelVersion: version, image }];
    });
}

// The name ends with the kernel's version or, on Arch Linux, with the name of its package, and may have a suffix.
function kernelOf(sys: Sys, name: string): string | undefined {
  const modules = sys.root(absolutePath('/usr/lib/modules'));
  const installed = versions(sys).find((version) =>
    [version, modules.readText(`${version}/pkgbase`)?.trim() ?? version].some((each) =>
      [`-${each}`, `-${each}.img`].some((end) => name.endsWith(end)),
    ),
  );
  return installed ?? /^initrd\.img-(.+)$/.exec(name)?.[1];
}

// Where bootctl(1) looks for the ESP and the extended boot loader partition. One that is a directory of another is seen twice.
function bootRoots(sys: Sys): readonly AbsolutePath[] {
  const machine = sys.root(absolutePath('/'));
  const roots = ['/efi', '/boot', '/boot/efi'].map((path) => machine.resolve(path));
  return [...new Set(roots)];
}

function entries(sys: Sys, bootRoot: AbsolutePath): readonly Previous[] {
  const directory = absolutePath(`${bootRoot}/loader/entries`);
  const files = sys.root(directory);
  return files
    .list('/')
    .filter((name) => name.endsWith(previousSuffix))
    .flatMap((file) => {
      const name = file.slice(0, -previousSuffix.length);
      const linux = entryFiles(files.readText(file) ?? '').find(({ key }) => key === 'linux');
      const place = linux && directoryOf(sys, bootRoot, dirname(linux.path));
      if (place === undefined) return [];
      const version = place.slice(dirname(place).length + 1);
      return [
        {
          type: 'entry' as const,
          kernelVersion: version,
          entry: { name, kernelVersion: version, bootRoot, directory: place },
        },
      ];
    });
}

// Paths of an entry begin at the root of its partition, which $BOOT is not where it is a directory of /.
function directoryOf(sys: Sys, bootRoot: AbsolutePath, path: string): AbsolutePath | undefined {
  const machine = sys.root(absolutePath('/'));
  return [absolutePath(`${bootRoot}/${path}`), absolutePath(`/${path}`)].find(
    (each) => machine.stat(each)?.type === 'directory',
  );
}

function ukis(sys: Sys, bootRoot: AbsolutePath): readonly Previous[] {
  const suffix = '-previous.efi';
  return sys
    .root(absolutePath(`${bootRoot}/EFI/Linux`))
    .list('/')
    .filter((name) => name.endsWith(suffix))
    .flatMap((file) => {
      const name = file.slice(0, -suffix.length);
      const version = versions(sys).find((each) => name.endsWith(`-${each}`));
      if (version === undefined) return [];
      const image = ukiOf(sys, { bootRoot, name, kernelVersion: version });
      return [{ type: 'file' as const, kernelVersion: version, image }];
    });
}

// A token may have dashes as a kernel's version has: the longest version is the right one.
function versions(sys: Sys): readonly string[] {
  const names = sys.root(absolutePath('/usr/lib/modules')).list('/');
  return [...names].sort((a, b) => b.length - a.length);
}
