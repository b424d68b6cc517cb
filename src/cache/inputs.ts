import { logger } from '../log.ts';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Sys } from '../model/sys.ts';
import type { Recording } from './recording.ts';
import { changed, takeDown, type Looked, type Witness } from './witnesses.ts';

/** All files by which a later build tells that nothing has changed, by the root that they were looked at in. Plain JSON. */
export interface Inputs {
  readonly roots: readonly {
    readonly root: AbsolutePath;
    readonly witnesses: readonly Witness[];
  }[];
}

const debug = logger('cache');

/** Undefined where something has changed since `now`, the file system's own time before anything was read. */
export function takeInputs(
  sys: Sys,
  looked: ReadonlyMap<AbsolutePath, Iterable<Looked>>,
  now: bigint,
): Inputs | undefined {
  const roots: { root: AbsolutePath; witnesses: readonly Witness[] }[] = [];
  for (const [root, paths] of looked) {
    const taken = takeDown(sys.root(root), once(paths), now, (path) => ownCache.test(path));
    if (taken.type === 'moving') {
      debug('"%s" changed while it was read: nothing is remembered', taken.path);
      return undefined;
    }
    roots.push({ root, witnesses: taken.witnesses });
  }
  return { roots };
}

/** Those of several steps. */
export function joinedInputs(...all: readonly Inputs[]): Inputs {
  return { roots: all.flatMap(({ roots }) => roots) };
}

/** The paths that are not as they were, as this machine knows them. */
export function* changedInputs(sys: Sys, { roots }: Inputs): Generator<string, void, undefined> {
  for (const { root, witnesses } of roots) {
    for (const { path } of changed(sys.root(root), witnesses)) {
      yield `${root === '/' ? '' : root}/${path}`;
    }
  }
}

/** What a recording saw below `root`, without the workspace and what the kernel makes up as it is read. */
export function seenFiles(
  watched: Recording,
  root: AbsolutePath,
  workspace?: AbsolutePath,
): readonly Looked[] {
  const prefix = root === '/' ? '/' : `${root}/`;
  const machine = absolutePath('/');
  const absolute = watched
    .seen(machine)
    .map((looked) => ({ ...looked, path: `/${looked.path}` }))
    .filter(({ path }) => path.startsWith(prefix))
    .map((looked) => ({ ...looked, path: looked.path.slice(prefix.length) }));
  return [...(root === machine ? [] : watched.seen(root)), ...absolute].filter(
    ({ path }) =>
      !passing.test(path) &&
      !shared.test(path) &&
      (workspace === undefined || !`${prefix}${path}`.startsWith(`${workspace}/`)),
  );
}

const ownCache = /^var\/cache\/pkginitrd(?:\/|$)/;

// Directories that every program puts files into, this one too. Packages ship them, and none of what lies there.
const shared = /^(?:tmp|var\/(?:tmp|log|cache))?$/;

// In /run there are drop-ins too, of this program and of modprobe.d(5) and its like. All else there comes and goes.
const passing = /^(?:proc|sys|dev|run(?!\/(?:pkginitrd|[^/]+\.d)(?:\/|$)))(?:\/|$)/;

function once(paths: Iterable<Looked>): Iterable<Looked> {
  const found = new Map<string, Looked>();
  for (const looked of paths) {
    const path = looked.path.replace(/^\/+/, '');
    const key = `${looked.follow} ${path}`;
    // Of two looks at a directory the one that lists it sees more.
    if (found.get(key)?.names !== true) found.set(key, { ...looked, path });
  }
  return found.values();
}
