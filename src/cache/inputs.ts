import { logger } from '../log.ts';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Excerpt, ReadExcerpt } from '../model/excerpt.ts';
import type { Sys } from '../model/sys.ts';
import type { Recording } from './recording.ts';
import { changed, takeDown, type Looked, type Witness } from './witnesses.ts';

/** All files by which a later build tells that nothing has changed, by the root that they were looked at in. Plain JSON. */
export interface Inputs {
  readonly roots: readonly {
    readonly root: AbsolutePath;
    readonly witnesses: readonly Witness[];
  }[];
  /** Files of which a part counts. */
  readonly excerpts?: readonly TakenExcerpt[];
}

interface TakenExcerpt {
  readonly root: AbsolutePath;
  readonly excerpt: Excerpt;
  readonly digest: string;
  /** As long as these are as they were, so is the excerpt. */
  readonly witnesses: readonly Witness[];
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
    const witnesses = takeWitnesses(sys, root, paths, now);
    if (witnesses === undefined) return undefined;
    roots.push({ root, witnesses });
  }
  return { roots };
}

/** An excerpt as it is now, which `paths` stand for; undefined in the same sense. */
export function takeExcerpt(
  sys: Sys,
  root: AbsolutePath,
  { excerpt, paths }: { readonly excerpt: Excerpt; readonly paths: readonly string[] },
  now: bigint,
  read: ReadExcerpt,
): Inputs | undefined {
  const looked = paths.map((path) => ({ path, follow: true, names: true }));
  // The witnesses come after what they stand for: they prove that it has not changed since `now`.
  const digest = read(sys.root(root), excerpt);
  const witnesses = takeWitnesses(sys, root, looked, now);
  if (witnesses === undefined) return undefined;
  return { roots: [], excerpts: [{ root, excerpt, digest, witnesses }] };
}

function takeWitnesses(
  sys: Sys,
  root: AbsolutePath,
  paths: Iterable<Looked>,
  now: bigint,
): readonly Witness[] | undefined {
  const taken = takeDown(sys.root(root), once(paths), now, (path) => ownCache.test(path));
  if (taken.type === 'taken') return taken.witnesses;
  debug('"%s" changed while it was read: nothing is remembered', taken.path);
  return undefined;
}

/** Those of several steps. */
export function joinedInputs(...all: readonly Inputs[]): Inputs {
  return {
    roots: all.flatMap(({ roots }) => roots),
    excerpts: all.flatMap(({ excerpts = [] }) => excerpts),
  };
}

/** The paths that are not as they were, as this machine knows them. */
export function* changedInputs(
  sys: Sys,
  { roots, excerpts = [] }: Inputs,
  read: ReadExcerpt,
): Generator<string, void, undefined> {
  for (const { root, witnesses } of roots) {
    for (const { path } of changed(sys.root(root), witnesses)) yield onMachine(root, path);
  }
  for (const { root, excerpt, digest, witnesses } of excerpts) {
    const host = sys.root(root);
    const [first] = changed(host, witnesses);
    if (first === undefined || read(host, excerpt) === digest) continue;
    yield onMachine(root, first.path);
  }
}

function onMachine(root: AbsolutePath, path: string): string {
  return `${root === '/' ? '' : root}/${path}`;
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
