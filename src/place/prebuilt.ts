import { dirname } from 'node:path';
import { absolutePath, type AbsolutePath, type KernelVersion } from '../model/brands.ts';
import type { BuildInvocation, Destination } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';
import { chunksOf, digestOf } from './digest.ts';
import { placeInBoot } from './place.ts';
import { bytesOf } from './room.ts';

export interface Prebuilt {
  readonly kernelVersion: KernelVersion;
  readonly source: AbsolutePath;
  readonly target: AbsolutePath;
  readonly destination: Exclude<Destination, { readonly type: 'path' | 'rescue' }>;
}

/** An `initrd` that the kernel's package ships beside the kernel image: kernel-install has to use it unchanged. */
export function prebuiltInitrd(
  sys: Sys,
  {
    kernelImage,
    destination,
    request: { kernelVersion },
  }: Pick<BuildInvocation, 'kernelImage' | 'destination'> & {
    readonly request: Pick<BuildInvocation['request'], 'kernelVersion'>;
  },
): Prebuilt | undefined {
  if (destination.type === 'path' || destination.type === 'rescue') return undefined;
  if (kernelImage === undefined || kernelVersion === undefined) return undefined;
  // In /boot a file of this name is some generator's.
  const isShipped =
    destination.type === 'staging' || dirname(kernelImage) !== destination.directory;
  const path = `${dirname(kernelImage)}/initrd`;
  const machine = sys.root(absolutePath('/'));
  if (!isShipped || machine.stat(path)?.type !== 'file') return undefined;
  const name = destination.type === 'staging' ? 'initrd' : destination.name;
  const target = absolutePath(`${destination.directory}/${name}`);
  return { kernelVersion, source: machine.resolve(path), target, destination };
}

/**
 * Copies it to where kernel-install or the boot loader looks, in one rename, as an image that was built. Returns sentences about
 * what had to go for it.
 */
export async function placePrebuilt(
  sys: Sys,
  { kernelVersion, source, target, destination }: Prebuilt,
  { keepPrevious }: { readonly keepPrevious: boolean },
): Promise<readonly string[]> {
  const chunks = chunksOf(sys, source);
  if (destination.type === 'staging') {
    await sys.writeAtomically(target, chunks, 0o600);
    return [];
  }
  const image = { chunks, bytes: bytesOf(sys, source), sha256: digestOf(sys, source) };
  const wanted = { destination, kernelVersion, keepPrevious };
  return (await placeInBoot(sys, image, target, wanted)).warnings;
}
