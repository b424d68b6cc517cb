// The file system that the kernel makes of an image: members laid over each other (Linux, init/initramfs.c).

/** `File` stands for what the reader keeps of a regular file. */
export type Node<File> =
  | { readonly type: 'directory' }
  | { readonly type: 'symlink'; readonly target: string }
  | { readonly type: 'file'; readonly mode: number; readonly facts: File }
  | { readonly type: 'special' };

/** A path with all links followed, or what stops there. */
export type Lookup<File> =
  | { readonly type: 'found'; readonly path: string; readonly node: Node<File> }
  | { readonly type: 'missing'; readonly path: string }
  | { readonly type: 'loop'; readonly path: string };

export interface Overlay<File> {
  /** Unpacks one entry as the kernel would, and says what would be lost. */
  add(path: string, node: Node<File>): Conflict | undefined;
  /** The same where the directory is known: its path as lookup() gives it. */
  addIn(directory: string, name: string, node: Node<File>): Conflict | undefined;
  /** Follows links, the last one too. Paths may start with a slash. */
  lookup(path: string): Lookup<File>;
  /** Paths and nodes in the order in which they came to be, links not followed. */
  entries(): Iterable<readonly [string, Node<File>]>;
  /** Names in a directory, sorted; empty where there is none. */
  list(directory: string): readonly string[];
}

export type Conflict =
  | { readonly type: 'no-parent'; readonly parent: string }
  /** A directory that is not empty stays, the new entry is lost. */
  | { readonly type: 'directory-stays' }
  /** A link gives way to a directory, so that all that was reached through it is lost. */
  | { readonly type: 'link-lost'; readonly target: string };

export function emptyOverlay<File>(): Overlay<File> {
  const nodes = new Map<string, Node<File>>([['', { type: 'directory' }]]);
  const children = new Map<string, Set<string>>();

  function add(path: string, node: Node<File>): Conflict | undefined {
    const slash = path.lastIndexOf('/');
    const parent = path.slice(0, Math.max(slash, 0));
    const holder = lookup(parent);
    if (holder.type !== 'found' || holder.node.type !== 'directory') {
      return { type: 'no-parent', parent };
    }
    return addIn(holder.path, path.slice(slash + 1), node);
  }

  function addIn(directory: string, name: string, node: Node<File>): Conflict | undefined {
    const place = join(directory, name);
    const old = nodes.get(place);
    const occupied = old?.type === 'directory' && (children.get(place)?.size ?? 0) > 0;
    if (occupied && node.type !== 'directory') return { type: 'directory-stays' };
    // An entry of the old type overwrites; another type is removed first. Either way the new one stands.
    nodes.set(place, node);
    const siblings = children.get(directory) ?? new Set<string>();
    children.set(directory, siblings.add(name));
    const replacesLink = old?.type === 'symlink' && node.type === 'directory';
    return replacesLink ? { type: 'link-lost', target: old.target } : undefined;
  }

  function lookup(path: string): Lookup<File> {
    let at = '';
    let links = 0;
    const todo = path.split('/').toReversed();
    while (todo.length > 0) {
      const part = todo.pop();
      if (part === undefined || part === '' || part === '.') continue;
      if (part === '..') {
        at = at.slice(0, Math.max(at.lastIndexOf('/'), 0));
        continue;
      }
      const next = join(at, part);
      const node = nodes.get(next);
      if (node === undefined) return { type: 'missing', path: next };
      if (node.type === 'symlink') {
        if (++links > LINKS_MAX) return { type: 'loop', path };
        if (node.target.startsWith('/')) at = '';
        todo.push(...node.target.split('/').toReversed());
      } else {
        at = next;
      }
    }
    const node = nodes.get(at);
    return node === undefined ? { type: 'missing', path: at } : { type: 'found', path: at, node };
  }

  return {
    add,
    addIn,
    lookup,
    entries: () => [...nodes].filter(([path]) => path !== ''),
    list: (directory) => {
      const found = lookup(directory);
      return found.type === 'found' ? [...(children.get(found.path) ?? [])].toSorted() : [];
    },
  };
}

/** The kernel's own limit (include/linux/namei.h, MAXSYMLINKS). */
const LINKS_MAX = 40;

function join(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}
