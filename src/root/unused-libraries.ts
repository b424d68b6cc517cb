import { posix } from 'node:path';
import { logger } from '../log.ts';
import type { AbsolutePath } from '../model/brands.ts';
import type { Reasoned } from '../model/plan.ts';
import { describeReason } from '../model/reason.ts';
import type { RootFiles, Sys } from '../model/sys.ts';
import { readElfAt, type Elf } from './elf-at.ts';

const debug = logger('root');

/**
 * Removes the libraries that match `patterns` and that nothing else in the root is linked with or says it may open.
 * A library that only removed ones needed is removed as well.
 */
export function removeUnusedLibraries(
  sys: Sys,
  root: RootFiles,
  patterns: readonly Reasoned[],
): void {
  const candidates = findCandidates(root, patterns);
  if (candidates.size === 0) return;
  const elves = readElves(sys, root);
  for (;;) {
    const unused = [...candidates].find(([file, { names }]) => !isUsed(elves, file, names));
    if (unused === undefined) return;
    const [file, { paths, pattern }] = unused;
    debug('RemoveUnusedLibraries=%s (%s): %s', pattern.value, describeReason(pattern.from), file);
    for (const path of paths) root.remove(path);
    candidates.delete(file);
    elves.delete(file);
  }
}

interface Candidate {
  /** The file and the links to it, as far as patterns match them. */
  readonly paths: string[];
  readonly names: Set<string>;
  readonly pattern: Reasoned;
}

/** By the path of the file itself, links followed. */
function findCandidates(
  root: RootFiles,
  patterns: readonly Reasoned[],
): Map<AbsolutePath, Candidate> {
  const candidates = new Map<AbsolutePath, Candidate>();
  for (const pattern of patterns) {
    for (const path of root.glob(pattern.value)) {
      if (root.stat(path)?.type !== 'file') continue;
      const file = root.resolve(path);
      const candidate = candidates.get(file) ?? { paths: [], names: new Set(), pattern };
      candidates.set(file, candidate);
      candidate.paths.push(path);
      // ld.so asks for the link that ldconfig made of the DT_SONAME, or for the file's own name.
      candidate.names.add(posix.basename(path)).add(posix.basename(file));
    }
  }
  return candidates;
}

function readElves(sys: Sys, root: RootFiles): Map<AbsolutePath, Elf> {
  const elves = new Map<AbsolutePath, Elf>();
  for (const { path, type } of root.walk('/')) {
    if (type !== 'file') continue;
    const at = root.resolve(path);
    const elf = readElfAt(sys, at);
    if (elf !== undefined) elves.set(at, elf);
  }
  return elves;
}

/** By one of the names that patterns found it by, or by what it calls itself, which a link may bear that none found. */
function isUsed(
  elves: ReadonlyMap<AbsolutePath, Elf>,
  file: AbsolutePath,
  names: ReadonlySet<string>,
): boolean {
  const soname = elves.get(file)?.soname;
  const wanted = soname === undefined ? [...names] : [...names, soname];
  return [...elves].some(
    ([user, { uses }]) => user !== file && wanted.some((name) => uses.has(name)),
  );
}
