import { dirname } from 'node:path';
import { parseFstab } from '../formats/fstab.ts';
import { parseMountinfo } from '../formats/mountinfo.ts';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Destination } from '../model/invocation.ts';
import type { RootFiles, Sys } from '../model/sys.ts';

/**
 * Asked before the build: whether anybody takes the image out of kernel-install's staging area, and whether a boot
 * loader reads where it goes. Without an answer of kernel-install's nothing is refused.
 * @throws BuildError where the image would be built and thrown away
 */
export function assertTaken(sys: Sys, destination: Destination): void {
  if (destination.type !== 'staging') return;
  const { layout, bootRoot } = destination;
  // kernel-install(8): `other` is the word for "none of my plugins"; every further word is a vendor's, who has some.
  if (layout === 'other') {
    throw new BuildError(
      'Cannot add an initrd: kernel-install has the layout "other", for which nobody takes it to a boot loader',
      { hint: howToBeTaken(bootRoot) },
    );
  }
  if ((layout !== 'bls' && layout !== 'uki') || bootRoot === undefined) return;
  const machine = sys.root(absolutePath('/'));
  if (isMounted(machine, bootRoot) || hasLoader(machine, bootRoot)) return;
  const esp = unmountedEsp(machine);
  throw new BuildError(
    `Cannot add an initrd: no boot loader reads "${bootRoot}", which is neither mounted nor has a directory "loader" or "EFI"`,
    {
      hint: esp === undefined ? 'Mount the ESP and try again' : `Run "mount ${esp}" and try again`,
    },
  );
}

function howToBeTaken(bootRoot: AbsolutePath | undefined): string {
  const found = bootRoot === undefined ? '' : ` (it looked in "${bootRoot}")`;
  return (
    `With systemd-boot: mount the ESP${found}, or set layout=bls in /etc/kernel/install.conf; ` +
    'with GRUB on Debian: run "update-initramfs -u", which the package pkginitrd brings'
  );
}

/** / itself says nothing: it is always mounted. */
function isMounted(machine: RootFiles, bootRoot: AbsolutePath): boolean {
  const points = new Set(mountPoints(machine));
  for (let at: string = bootRoot; at !== '/'; at = dirname(at)) if (points.has(at)) return true;
  return false;
}

function hasLoader(machine: RootFiles, bootRoot: AbsolutePath): boolean {
  return ['loader', 'EFI'].some((name) => machine.stat(`${bootRoot}/${name}`) !== undefined);
}

function unmountedEsp(machine: RootFiles): string | undefined {
  const points = mountPoints(machine);
  return parseFstab(machine.readText('/etc/fstab') ?? '')
    .filter(({ fileSystem }) => fileSystem === 'vfat' || fileSystem === 'auto')
    .map(({ mountPoint }) => mountPoint)
    .find((point) => usualPlaces.includes(point) && !points.includes(point));
}

// Where bootctl(1) looks for the ESP and the extended boot loader partition.
const usualPlaces: readonly string[] = ['/efi', '/boot', '/boot/efi'];

function mountPoints(machine: RootFiles): readonly string[] {
  return parseMountinfo(machine.readText('/proc/self/mountinfo') ?? '').map(
    ({ mountPoint }) => mountPoint,
  );
}
