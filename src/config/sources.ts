import type { AbsolutePath } from '../model/brands.ts';
import type { Script } from '../model/config.ts';
import type { Sourced } from '../model/origin.ts';

/** Everything that was found in the configuration directories, before any [Match] is looked at. */
export interface Sources {
  readonly base: Layer;
  readonly profiles: ReadonlyMap<string, Layer>;
}

/** The same form for the directories themselves and for a profile: one merged view of all directories. */
export interface Layer {
  /** In the order in which they are read; masked ones are gone. */
  readonly nodes: readonly Node[];
  readonly extra: readonly Sourced<AbsolutePath>[];
  readonly postinst: readonly Sourced<Script>[];
  readonly finalize: readonly Sourced<Script>[];
}

export type Node = ConfigFile | MkosiTree;

export interface ConfigFile {
  readonly type: 'file';
  /** For messages. */
  readonly file: string;
  /** The directory that its relative paths start from. */
  readonly directory: AbsolutePath;
  /** One of the tool's own, which the word `default` stands for. */
  readonly vendor: boolean;
  readonly text: string;
}

/** A configuration directory in mkosi's form; all of it stands behind the [Match] of its `mkosi.conf`. */
export interface MkosiTree extends Layer {
  readonly type: 'tree';
  readonly gate: ConfigFile | undefined;
  readonly profiles: ReadonlyMap<string, readonly Node[]>;
  /** Files of mkosi's that mean nothing here. */
  readonly ignored: readonly string[];
}
