import type { AbsolutePath } from './brands.ts';

/** A boot entry of type 1 as kernel-install makes them: files in a directory of the kernel's, named by a text file. */
export interface BootEntry {
  readonly kernelVersion: string;
  /** $BOOT. */
  readonly bootRoot: AbsolutePath;
  /** TOKEN-KERNEL: the name of the text file but for boot counters and suffix. */
  readonly name: string;
  /** Of the files: $BOOT/TOKEN/KERNEL. */
  readonly directory: AbsolutePath;
}
