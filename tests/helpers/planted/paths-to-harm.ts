import { MODULE_SUFFIX, moduleName } from '../../../src/formats/module-name.ts';
import type { Files } from './image-files.ts';

/**
 * All files and links of the image. Of the modules those under the root: the plan names every module, and one of a device that
 * this guest does not have is missed by its own host.
 */
export function pathsToHarm(files: Files): readonly string[] {
  return [...files]
    .filter(([path, { type }]) => type === 'symlink' || (type === 'file' && isOfGuest(path)))
    .map(([path]) => path)
    .sort();
}

function isOfGuest(path: string): boolean {
  return !MODULE_SUFFIX.test(path) || rootModules.includes(moduleName(path));
}

/** Of an ext4 root on a virtio disk. */
const rootModules = 'ext4 jbd2 mbcache crc16 virtio_blk virtio_pci virtio virtio_ring'.split(' ');
