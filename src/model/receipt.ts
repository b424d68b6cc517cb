import type { AbsolutePath } from './brands.ts';
import type { PartOrigin } from './cache.ts';
import type { WrittenPart } from './image.ts';
import type { ResolvedPackage } from './packages.ts';

/** The result of a build, for the report. */
export interface Receipt {
  readonly image: AbsolutePath;
  /** Bytes of the image with padding; for a directory, of its files. */
  readonly bytes: number;
  readonly kernelVersion: string;
  readonly parts: readonly WrittenPart[];
  /** Of parts that can be cached. */
  readonly origins: readonly PartOrigin[];
  readonly packages: readonly ResolvedPackage[];
  readonly modules: number;
  readonly firmware: number;
  readonly missingFirmware: readonly string[];
  readonly steps: readonly Step[];
  readonly warnings: readonly string[];
}

export interface Step {
  readonly name: string;
  readonly milliseconds: number;
}
