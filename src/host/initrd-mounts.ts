import { parseFstab, type FstabEntry } from '../formats/fstab.ts';
import type { MountPoint } from '../model/storage.ts';
import type { RootFiles } from '../model/sys.ts';

export interface InitrdMount {
  readonly purpose: MountPoint;
  readonly required: boolean;
  /** Its line of fstab, if it has one. */
  readonly entry: FstabEntry | undefined;
}

/**
 * File systems that systemd mounts before it switches to the host's root: / and /usr always, and what fstab gives the option
 * x-initrd.mount (systemd.mount(5)) but not noauto (initrd-fs.target in systemd.special(7)).
 */
export function initrdMounts(root: RootFiles): readonly InitrdMount[] {
  const entries = parseFstab(root.readText('etc/fstab') ?? '');
  const always = (['/', '/usr'] as const).map((purpose) => ({
    purpose,
    required: true,
    entry: entries.findLast(({ mountPoint }) => withoutExtraSlashes(mountPoint) === purpose),
  }));
  const additional = entries.flatMap((entry) => {
    const { options } = entry;
    if (!options.includes('x-initrd.mount') || options.includes('noauto')) return [];
    // A bind mount shows what other mounts have brought (systemd-fstab-generator(8)).
    if (options.some((option) => option === 'bind' || option === 'rbind')) return [];
    const purpose = withoutExtraSlashes(entry.mountPoint);
    if (!isMountPoint(purpose) || purpose === '/' || purpose === '/usr') return [];
    return [{ purpose, required: !options.includes('nofail'), entry }];
  });
  return [...always, ...additional];
}

function withoutExtraSlashes(path: string): string {
  return path.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '');
}

// A swap space has `none` or `swap` there.
function isMountPoint(path: string): path is MountPoint {
  return path.startsWith('/');
}
