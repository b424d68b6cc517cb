import { emptyOverlay } from '../formats/initrd/overlay.ts';
import type { ContentEntry, ContentRemark } from '../model/contents.ts';

/** The entries of all members laid over each other. */
export interface Layers {
  /** Puts an entry where the kernel would, and gives it with that path; undefined where nothing comes of it. */
  add(entry: ContentEntry): Placed | undefined;
  entries(): readonly ContentEntry[];
}

/** Gets its digest when its content has been read. */
export type Placed = Omit<ContentEntry, 'digest'> & { digest?: string };

/** `remark` is told of what is lost, or would be at boot. */
export function layers(remark: (remark: ContentRemark) => void): Layers {
  const overlay = emptyOverlay<undefined>();
  const placed = new Map<string, Placed>();

  // Archives have one entry of a directory after the other.
  const known = new Map<string, string>();

  function directory(path: string, of: string): string | undefined {
    const before = known.get(path);
    if (before !== undefined) return before;
    const found = findDirectory(path, of);
    if (found !== undefined) known.set(path, found);
    return found;
  }

  /** The directory that a path leads to, links followed, made where it is missing. */
  function findDirectory(path: string, of: string): string | undefined {
    const found = overlay.lookup(path);
    if (found.type === 'found') return found.node.type === 'directory' ? found.path : undefined;
    let at = '';
    for (const part of path.split('/')) {
      const next = at === '' ? part : `${at}/${part}`;
      const there = overlay.lookup(next);
      if (there.type === 'found' && there.node.type === 'directory') at = there.path;
      else if (there.type === 'missing' && there.path === next) {
        overlay.add(next, { type: 'directory' });
        at = next;
      } else return undefined;
    }
    remark({ type: 'no directory', path: of });
    return at;
  }

  function add(entry: ContentEntry): Placed | undefined {
    const plain = isPlain.test(entry.path) ? entry.path : withoutDots(entry.path);
    // The root itself.
    if (plain === '') return undefined;
    if (plain === undefined) {
      remark({ type: 'leads out', path: entry.path });
      return undefined;
    }
    const slash = plain.lastIndexOf('/');
    const name = plain.slice(slash + 1);
    const parent = directory(plain.slice(0, Math.max(slash, 0)), entry.path);
    if (parent === undefined) {
      remark({ type: 'no way', path: entry.path });
      return undefined;
    }
    const path = parent === '' ? name : `${parent}/${name}`;
    const old = placed.get(path);
    const conflict = overlay.addIn(parent, name, node(entry));
    if (conflict?.type === 'directory-stays') {
      remark({ type: 'directory stays', path: entry.path });
      return undefined;
    }
    if (conflict?.type === 'link-lost') {
      remark({ type: 'link lost', path: entry.path, target: conflict.target });
    }
    const isSame = old?.type === 'directory' && entry.type === 'directory';
    if (old !== undefined && !isSame) known.clear();
    const replaces = old === undefined || isSame ? [] : withMember(old.replaces, old.member);
    const result: Placed = { ...entry, path, replaces };
    placed.set(path, result);
    return result;
  }

  return { add, entries: () => [...placed.values()] };
}

const isPlain = /^(?:[^./][^/]*|\.[^./][^/]*)(?:\/(?:[^./][^/]*|\.[^./][^/]*))*$/;

/** The path without empty parts and "."; undefined where it has "..". */
function withoutDots(path: string): string | undefined {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') ? undefined : parts.join('/');
}

// Archives have few members, but the same name may be in one of them a hundred thousand times.
function withMember(members: readonly number[], member: number): readonly number[] {
  return members.includes(member) ? members : [...members, member];
}

function node({ type, mode, target = '' }: ContentEntry) {
  switch (type) {
    case 'directory':
      return { type };
    case 'symlink':
      return { type, target };
    case 'file':
      return { type, mode, facts: undefined };
    case 'character':
    case 'block':
    case 'fifo':
    case 'socket':
      return { type: 'special' } as const;
    default:
      return type satisfies never;
  }
}
