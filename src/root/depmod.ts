import { posix } from 'node:path';
import type { Entry } from '../model/image.ts';
import type { Sys } from '../model/sys.ts';
import { readElfAt } from './elf-at.ts';

/**
 * Selects the entries of a root that its depmod needs to run: the program, its loader and libraries, its configuration, and
 * the directories that the sandbox mounts on. Empty where the root has no depmod.
 */
export function depmodEntries(sys: Sys, entries: readonly Entry[]): readonly Entry[] {
  const tree = treeOf(entries);
  const named = byName(entries);
  if (tree.follow(program) === undefined) return [];
  const read = new Set<Entry>();
  const todo = [program, ...sandboxMounts, ...configuration(entries)];
  for (const path of todo) {
    const entry = tree.follow(path);
    if (entry?.type !== 'file' || entry.content.type !== 'file' || read.has(entry)) continue;
    read.add(entry);
    const elf = readElfAt(sys, entry.content.source);
    if (elf === undefined) continue;
    if (elf.interpreter !== undefined) todo.push(elf.interpreter);
    // All files of that name: ld.so may find it by its cache, a run path, or in a directory for this processor.
    todo.push(...[...elf.uses].flatMap((name) => named.get(name) ?? []));
  }
  return entries.filter(({ path }) => tree.passed.has(path));
}

const program = 'usr/sbin/depmod';
const sandboxMounts = ['dev', 'proc', 'sys', 'run', 'tmp'];

function configuration(entries: readonly Entry[]): readonly string[] {
  return entries
    .map(({ path }) => path)
    .filter((path) => /(?:^|\/)depmod\.d\/|^etc\/ld(?:\.so\.cache$|-musl-)/.test(path));
}

function byName(entries: readonly Entry[]): ReadonlyMap<string, readonly string[]> {
  const named = new Map<string, string[]>();
  for (const { path } of entries) {
    const name = posix.basename(path);
    const paths = named.get(name);
    if (paths === undefined) named.set(name, [path]);
    else paths.push(path);
  }
  return named;
}

interface Tree {
  /** The entry that a path leads to, links followed inside the tree. */
  follow(path: string): Entry | undefined;
  /** Paths of the directories, links and files on the ways so far. */
  readonly passed: ReadonlySet<string>;
}

function treeOf(entries: readonly Entry[]): Tree {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const passed = new Set<string>();
  function follow(path: string): Entry | undefined {
    let at = '';
    let links = 0;
    const todo = path.split('/').toReversed();
    while (todo.length > 0) {
      const part = todo.pop();
      if (part === undefined || part === '' || part === '.') continue;
      const next = posix.join(at, part);
      const entry = byPath.get(next);
      if (part === '..') {
        at = next === '.' || next.startsWith('..') ? '' : next;
      } else if (entry === undefined) {
        return undefined;
      } else if (entry.type === 'symlink') {
        links += 1;
        if (links > mostLinks) return undefined;
        passed.add(next);
        if (entry.target.startsWith('/')) at = '';
        todo.push(...entry.target.split('/').toReversed());
      } else {
        passed.add(next);
        at = next;
      }
    }
    return byPath.get(at);
  }
  return { follow, passed };
}

/** The kernel's own limit (include/linux/namei.h, MAXSYMLINKS). */
const mostLinks = 40;
