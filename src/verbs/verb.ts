import type { AbsolutePath } from '../model/brands.ts';
import type { Architecture } from '../model/config.ts';
import type { BuildError, UsageError } from '../model/errors.ts';
import type { Report } from '../model/progress.ts';
import type { Sys } from '../model/sys.ts';

/** Does what an invocation asks for and returns the text to print. Throws UsageError or BuildError. */
export type Verb<Invocation> = (
  sys: Sys,
  invocation: Invocation,
  surroundings: Surroundings,
) => Promise<Answer>;

/** Facts about the running program that only `main.ts` can read. */
export interface Surroundings {
  /** The tool's own drop-ins: the lowest configuration directory. */
  readonly vendorDirectory: AbsolutePath;
  readonly architecture: Architecture;
  /** Workspaces are made below it. */
  readonly temporaryDirectory: AbsolutePath;
  /** Where what is unpacked may lie in memory instead, the first choice first; empty where the user has named a place. */
  readonly memoryDirectories: readonly AbsolutePath[];
  /** Id of the user who runs it; undefined where the system has none. */
  readonly user: number | undefined;
  /** Stands for the program in keys of cached parts: another text, another program. undefined when it is not bundled. */
  readonly tool: () => string | undefined;
  /** Stands for what runs the program, and compresses where no other program does. */
  readonly runtime: string;
  /** Prints a sentence for the user at once. */
  readonly tell: (sentence: string) => void;
  /** Shows how far a build is. */
  readonly report: Report;
  /** A package manager runs us: its user reads one line of each package. */
  readonly inTransaction: boolean;
}

export interface Answer {
  /** The result, for stdout. */
  readonly result: string;
  /** Sentences for the user, for stderr. */
  readonly remarks: readonly string[];
  /** Ends the run as an error when the rest is printed. */
  readonly failure?: UsageError | BuildError;
  /** 3 where `status` or `diff` has something to say; 0 otherwise. */
  readonly exitCode?: 3;
}
