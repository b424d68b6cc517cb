import { parseFstab } from '../formats/fstab.ts';
import type { MountPoint } from '../model/storage.ts';
import type { RootFiles } from '../model/sys.ts';

export interface InitrdMount {
  readonly purpose: MountPoint;
  readonly required: boolean;
}

/**
 * What systemd mounts before it switches to the host's root: / and /usr always, and what fstab gives the option
 * x-initrd.mount (systemd.mount(5)) but not noauto (initrd-fs.target in systemd.special(7)).
 */
export function initrdMounts(root: RootFiles): readonly InitrdMount[] {
  const additional = parseFstab(root.readText('etc/fstab') ?? '').flatMap((entry) => {
    const { options } = entry;
    if (!options.includes('x-initrd.mount') || options.includes('noauto')) return [];
    const purpose = withoutExtraSlashes(entry.mountPoint);
    if (!isMountPoint(purpose) || purpose === '/' || purpose === '/usr') return [];
    return [{ purpose, required: !options.includes('nofail') }];
  });
  return [{ purpose: '/', required: true }, { purpose: '/usr', required: true }, ...additional];
}

function withoutExtraSlashes(path: string): string {
  return path.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '');
}

// A swap space has `none` or `swap` there.
function isMountPoint(path: string): path is MountPoint {
  return path.startsWith('/');
}
