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

/** Where the rescue image lies, and the text by which a boot loader knows of it. */
export interface RescuePlace {
  /** Of its files, which are named after what is in them. */
  readonly directory: AbsolutePath;
  /** The one file that decides: written when all others are whole, and removed before them. */
  readonly text: AbsolutePath;
  /** Made after a kernel's own entry, or read by an entry in GRUB's menu. */
  readonly form:
    { readonly type: 'entry'; readonly main: AbsolutePath } | { readonly type: 'grub' };
}
