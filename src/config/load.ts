import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Assignment, Config, ExtraTree, MatchFacts, Script } from '../model/config.ts';
import { UsageError } from '../model/errors.ts';
import { describeOrigin, type Sourced } from '../model/origin.ts';
import type { Reason } from '../model/reason.ts';
import type { RootFiles, Sys } from '../model/sys.ts';
import { logger } from '../log.ts';
import { readSources } from './read.ts';
import { resolveConfig } from './resolve.ts';

export interface LoadOptions {
  readonly hostRoot: AbsolutePath;
  /** The tool's own drop-ins, below all others. */
  readonly vendorDirectory: AbsolutePath;
  readonly facts: MatchFacts;
  readonly profiles: readonly string[];
  /** Profiles that the host asks for; those that do not exist are passed over. */
  readonly suggestedProfiles: readonly Sourced<string, Reason>[];
  readonly assignments: readonly Assignment[];
  readonly generic: boolean;
}

const debug = logger('config');

/** Reads the drop-ins of the host and of the tool and decides what they come to. */
export function loadConfig(sys: Pick<Sys, 'root'>, options: LoadOptions): Config {
  const sources = readSources(sys, options);
  const host = sys.root(options.hostRoot);
  const config = resolveConfig(sources, {
    ...options,
    hostPath: (path) => host.resolve(path),
    exists: (path) => host.stat(path) !== undefined,
  });
  debug('files %o, profiles %o', config.files, config.profiles);
  const machine = sys.root(absolutePath('/'));
  for (const script of [...config.postinstScripts, ...config.finalizeScripts]) {
    checkScript(machine, script);
  }
  return { ...config, extraTrees: config.extraTrees.map((tree) => checkTree(machine, tree)) };
}

function checkScript(machine: RootFiles, { value, from }: Sourced<Script>): void {
  const stat = machine.stat(value.path);
  const where = describeOrigin(from);
  if (stat?.type !== 'file')
    throw new UsageError(`${where}: Cannot run "${value.path}": no such file`);
  if ((stat.mode & 0o111) !== 0) return;
  throw new UsageError(
    `${where}: Cannot run "${value.path}": not executable`,
    `Run "chmod +x ${value.path}"`,
  );
}

/** A single file without a target goes to the image's `/` under its own name. */
function checkTree(machine: RootFiles, { value, from }: Sourced<ExtraTree>): Sourced<ExtraTree> {
  const stat = machine.stat(value.source);
  if (!stat) {
    throw new UsageError(`${describeOrigin(from)}: Cannot copy "${value.source}": no such file`);
  }
  if (stat.type === 'directory' || value.target !== '/') return { value, from };
  return { value: { ...value, target: value.source.slice(value.source.lastIndexOf('/')) }, from };
}
