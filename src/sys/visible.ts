import { lstatSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { hasEscapes } from '../model/path-bytes.ts';
import type { Bind } from '../model/sys.ts';
import { ifPresent } from './failure.ts';
import { onDisk, targetOf } from './names.ts';

/** What stands in a sandbox in the place of a whole root. */
export interface View {
  /** Links on the ways to what can be seen: as in the root, so that every name leads where it leads there. */
  readonly links: readonly Link[];
  readonly binds: readonly Bind[];
}

interface Link {
  readonly path: string;
  readonly target: string;
}

/**
 * The part of `root` that `paths` name, with the links on the way, and for configuration below /etc also what links in
 * it lead to: a list of repositories may be a link into another directory. Paths that are not there are left out.
 */
export function viewOf(root: AbsolutePath, paths: readonly string[]): View {
  const links = new Map<string, string>();
  const places = new Set<string>();
  const pending = [...paths];
  // Grows while it is walked: what links lead to comes behind what is asked for, which mostly holds it already.
  for (const path of pending) {
    if (places.has(path) || isBelowAny(path, places)) continue;
    const place = follow(root, path, links);
    if (place === undefined || places.has(place)) continue;
    places.add(place);
    if (isConfiguration(place)) pending.push(...linkedFrom(root, place));
  }
  const bound = [...places].sort().filter((place) => !isBelowAny(place, places));
  return {
    links: [...links]
      .filter(([path]) => !isBelowAny(path, places))
      .map(([path, target]) => ({ path, target }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
    binds: bound.map((place) => ({ source: inRoot(root, place), target: place, writable: false })),
  };
}

// As many as the kernel follows (path_resolution(7)).
const mostLinks = 40;

/** The path without a link in it; undefined where nothing is there, and for what every sandbox has of its own. */
function follow(root: AbsolutePath, path: string, links: Map<string, string>): string | undefined {
  const pending = path.split('/').reverse();
  let at = '/';
  let passed = 0;
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    const next = posix.join(at, part);
    const isLink = ifPresent('stat', next, () =>
      lstatSync(onDisk(inRoot(root, next))).isSymbolicLink(),
    );
    if (isLink === undefined) return undefined;
    if (!isLink) {
      at = next;
      continue;
    }
    passed += 1;
    if (passed > mostLinks) return undefined;
    const target = targetOf(inRoot(root, next));
    links.set(next, target);
    if (target.startsWith('/')) at = '/';
    pending.push(...target.split('/').reverse());
  }
  // No command line can name what is no UTF-8.
  if (at === '/' || hasEscapes(at)) return undefined;
  return /^\/(?:dev|proc|sys)(?:\/|$)/.test(at) ? undefined : at;
}

function inRoot(root: AbsolutePath, place: string): AbsolutePath {
  return absolutePath(`${root}/${place}`);
}

function isConfiguration(place: string): boolean {
  return place.startsWith('/etc/');
}

/** The paths that links below a directory lead to. */
function linkedFrom(root: AbsolutePath, place: string): readonly string[] {
  const at = inRoot(root, place);
  // A file has nothing below it.
  const entries = ifPresent('list', at, () => readdirSync(at, { withFileTypes: true })) ?? [];
  return entries.flatMap((entry) => {
    const path = `${place}/${entry.name}`;
    if (entry.isDirectory()) return linkedFrom(root, path);
    if (!entry.isSymbolicLink()) return [];
    const target = ifPresent('read the link', path, () => targetOf(inRoot(root, path)));
    return target === undefined ? [] : [posix.resolve(place, target)];
  });
}

function isBelowAny(path: string, places: ReadonlySet<string>): boolean {
  for (let at = posix.dirname(path); at !== '/'; at = posix.dirname(at)) {
    if (places.has(at)) return true;
  }
  return false;
}
