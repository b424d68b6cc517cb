import type { AbsolutePath, KernelVersion } from './brands.ts';
import type { Assignment } from './config.ts';

/** What the command line or kernel-install asks for. */
export type Invocation = BuildInvocation | WhyInvocation | TextInvocation | SkipInvocation;

export interface BuildInvocation {
  readonly type: 'build';
  /** The host's newest kernel where absent. */
  readonly kernelVersion: KernelVersion | undefined;
  /** The kernel image handed over by kernel-install or `--kernel-image`; a prebuilt `initrd` may lie beside it. */
  readonly kernelImage: AbsolutePath | undefined;
  readonly hostRoot: AbsolutePath;
  /** Where the kernel's modules and firmware are read, when not in the host root. */
  readonly kernelRoot: AbsolutePath | undefined;
  /** A file that stands in for /proc/modules. */
  readonly loadedModulesFile: AbsolutePath | undefined;
  readonly destination: Destination;
  /** No host facts: an image for any machine. */
  readonly generic: boolean;
  readonly offline: boolean;
  readonly mode: 'build' | 'dry-run' | 'dry-run-json';
  /** Settings given as flags: applied after every drop-in. */
  readonly assignments: readonly Assignment[];
  readonly profiles: readonly string[];
  readonly verbose: boolean;
  readonly debug: boolean;
}

/** What brings a thing into the image that `build` would make. */
export interface WhyInvocation {
  readonly type: 'why';
  /** A module, firmware file, package or path. */
  readonly subject: string;
  readonly build: BuildInvocation;
}

export type Destination =
  /** `pkginitrd build`: a file or directory of the user's. */
  | { readonly type: 'path'; readonly directory: AbsolutePath; readonly name: string | undefined }
  /** kernel-install's staging area; the image is called `initrd` there. */
  | {
      readonly type: 'staging';
      readonly directory: AbsolutePath;
      /** Where the entry's files go on $BOOT; undefined when it does not exist (layouts other than bls). */
      readonly entryDirectory: AbsolutePath | undefined;
      /** $BOOT, whose free space is checked; undefined when kernel-install did not say. */
      readonly bootRoot: AbsolutePath | undefined;
    };

/** Help, version, completion: print and stop. */
export interface TextInvocation {
  readonly type: 'text';
  readonly text: string;
}

/** kernel-install asked, and there is nothing to do. The reason is printed when verbose. */
export interface SkipInvocation {
  readonly type: 'skip';
  readonly reason: string;
  readonly verbose: boolean;
}
