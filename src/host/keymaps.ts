// The files of kbd, as loadkeys(1) and setfont(8) look for them.
import { gunzipSync } from 'node:zlib';
import type { RootFiles } from '../model/sys.ts';

/**
 * All files that a keymap may be, with all that they include: a name may be in several directories, and the first that
 * loadkeys finds counts in the initrd as well. A path is a file itself.
 */
export function keymapFiles(root: RootFiles, name: string): readonly string[] {
  const index = indexFiles(root, keymapDirectories);
  const found = new Set<string>();
  const pending = lookUp(root, index, name);
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    for (const included of includesOf(root, path)) {
      pending.push(
        ...(included === undefined ? allIncludes(index) : lookUp(root, index, included)),
      );
    }
  }
  return [...found].sort();
}

/** The files of a console font, or of a mapping for one. */
export function fontFiles(root: RootFiles, name: string): readonly string[] {
  return lookUp(root, indexFiles(root, fontDirectories), name);
}

const keymapDirectories = ['/usr/share/kbd/keymaps', '/usr/lib/kbd/keymaps', '/usr/share/keymaps'];

const fontDirectories = ['/usr/share/kbd', '/usr/lib/kbd', '/usr/share'].flatMap((directory) =>
  ['consolefonts', 'consoletrans', 'unimaps'].map((name) => `${directory}/${name}`),
);

/** Paths by the file name without its suffixes. */
type Index = ReadonlyMap<string, readonly string[]>;

function indexFiles(root: RootFiles, directories: readonly string[]): Index {
  const index = new Map<string, string[]>();
  for (const directory of directories) {
    for (const { path, type } of root.walk(directory)) {
      if (type === 'directory') continue;
      const name = withoutSuffixes(path);
      const others = index.get(name) ?? [];
      others.push(`/${path}`);
      index.set(name, others);
    }
  }
  return index;
}

function lookUp(root: RootFiles, index: Index, name: string): string[] {
  if (name.startsWith('/')) return root.stat(name) === undefined ? [] : [name];
  return [...(index.get(withoutSuffixes(name)) ?? [])];
}

function allIncludes(index: Index): readonly string[] {
  return [...index.values()].flat().filter((path) => /\/include\/[^/]+$/.test(path));
}

function withoutSuffixes(path: string): string {
  return path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/\.(?:gz|bz2|xz|zst)$/, '')
    .replace(/\.(?:map|kmap|inc|psfu?|cp|fnt|fon|trans|uni|sfm|acm)$/, '');
}

// keymaps(5): `include "NAME"`. undefined for a file that cannot be looked into.
function includesOf(root: RootFiles, path: string): readonly (string | undefined)[] {
  if (/\.(?:bz2|xz|zst)$/.test(path)) return [undefined];
  const bytes = root.readBytes(path);
  if (bytes === undefined) return [];
  const text = path.endsWith('.gz') ? gunzipped(bytes) : bytes;
  if (text === undefined) return [undefined];
  return [...text.toString('latin1').matchAll(/^[ \t]*include[ \t]+"([^"\n]+)"/gm)].map(
    ([, name]) => name,
  );
}

// A keymap has some kilobytes.
const most = 4 << 20;

function gunzipped(bytes: Buffer): Buffer | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: most });
  } catch {
    return undefined;
  }
}
