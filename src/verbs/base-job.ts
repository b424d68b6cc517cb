import type { AbsolutePath } from '../model/brands.ts';
import type { Codec } from '../model/image.ts';
import type { Report } from '../model/progress.ts';
import type { Sys } from '../model/sys.ts';
import type { Decided } from './decide.ts';
import type { Indexing } from './indexing.ts';
import type { Stopwatch } from './stopwatch.ts';

/** Everything that making a base part takes. */
export interface BaseJob {
  readonly sys: Sys;
  readonly decided: Decided;
  readonly workspace: AbsolutePath;
  /** Where what is unpacked may lie in memory instead. */
  readonly memoryDirectories: readonly AbsolutePath[];
  readonly codec: Codec;
  readonly steps: Stopwatch;
  /** Is told how far a step is. */
  readonly report: Report;
  /** Begun while the base part is compressed. */
  readonly indexing: Indexing;
}
