import { createHash } from 'node:crypto';
import { absolutePath } from '../model/brands.ts';
import type { Difference } from '../model/difference.ts';
import { BuildError } from '../model/errors.ts';
import type { Sys } from '../model/sys.ts';
import type { Remembered } from './placed-images.ts';

/**
 * A line for a rescue image and the differences for which it could not be renewed. That is no failure of the kernel's run, which would
 * be made again after each change of a package, with the same end.
 */
const tried = absolutePath('/var/lib/pkginitrd/rescue-tried');

/** True where the same was tried before, in vain. */
export function wasTried(sys: Sys, image: Remembered, differences: readonly Difference[]): boolean {
  if (image.placed.destination !== 'rescue') return false;
  return lines(sys).includes(digest(image, differences));
}

/** Notes a try that was in vain. Where that cannot be written, it is made once more with the next change. */
export async function noteTried(
  sys: Sys,
  image: Remembered,
  differences: readonly Difference[],
): Promise<void> {
  const text = [...lines(sys), digest(image, differences)].slice(-mostLines).join('\n');
  try {
    await sys.writeAtomically(tried, [Buffer.from(`${text}\n`)], 0o600);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
  }
}

// GRUB and systemd-boot have one each.
const mostLines = 8;

function lines(sys: Sys): readonly string[] {
  return (sys.root(absolutePath('/')).readText(tried) ?? '').split('\n').filter(Boolean);
}

function digest({ placed }: Remembered, differences: readonly Difference[]): string {
  return createHash('sha256')
    .update(JSON.stringify([placed.image, differences]))
    .digest('hex');
}
