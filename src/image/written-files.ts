import { manifestPath } from '../formats/image-manifest.ts';
import type { WrittenFile } from '../model/explanation.ts';

/** Files that the parts get besides what the plan names: for explanations. */
export const writtenInImage: readonly WrittenFile[] = [
  ...['builtin', 'builtin.modinfo'].map((name) => ({
    path: `usr/lib/modules/*/modules.${name}`,
    how: "the kernel package's own list",
  })),
  { path: 'usr/lib/modules/*/modules.*', how: 'by depmod over the modules of the image' },
  { path: manifestPath, how: 'the packages, modules, firmware and settings of this image' },
  { path: 'etc/shadow', how: 'with the password of RootPassword=, where it is set' },
];
