import { bytewise } from '../model/path-bytes.ts';
import type { Entry, FileContent } from '../model/image.ts';
import type { Permissions } from '../model/base.ts';
import type { TreeEntry } from '../model/sys.ts';
import { BuildError } from '../model/errors.ts';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';

/** An entry, and where it came from, for a conflict's message. */
export interface SourcedEntry {
  readonly entry: Entry;
  readonly from: string;
}

/**
 * The entries of one member as the kernel needs them: sorted, every parent there before its children, one entry
 * a path. A parent that no source brings has the permissions that `below` has for it, the directories of the members
 * below. Two sources for one path are an error that names both; the same entry twice is fine.
 */
export function arrange(
  sources: Iterable<SourcedEntry>,
  mtime: number,
  below: ReadonlyMap<string, Permissions> = new Map(),
): readonly Entry[] {
  const found = new Map<string, SourcedEntry>();
  for (const source of sources) {
    const { path } = source.entry;
    const earlier = found.get(path);
    if (earlier !== undefined && !sameEntry(earlier.entry, source.entry)) {
      throw new BuildError(
        `Cannot put two things at "${path}": one from ${earlier.from}, one from ${source.from}`,
      );
    }
    found.set(path, source);
  }
  for (const path of [...found.keys()]) addParents(found, path, mtime, below);
  return [...found.values()]
    .map((source) => clamped(source.entry, mtime))
    .sort((a, b) => bytewise(a.path, b.path));
}

/** A tree on disk as entries; sockets and fifos, which no package ships, are left out. */
export function* treeEntries(root: AbsolutePath, tree: Iterable<TreeEntry>): Generator<Entry> {
  for (const found of tree) {
    const entry = treeEntry(found, {
      type: 'file',
      source: absolutePath(`${root}/${found.path}`),
      size: found.size,
    });
    if (entry !== undefined) yield entry;
  }
}

/** One thing on disk; its content is read later, from where `content` says. */
export function treeEntry(found: TreeEntry, content: FileContent): Entry | undefined {
  const common = {
    path: found.path,
    mode: found.mode,
    uid: found.uid,
    gid: found.gid,
    mtime: found.mtime,
  };
  switch (found.type) {
    case 'file':
      return { ...common, type: 'file', content };
    case 'directory':
      return { ...common, type: 'directory' };
    case 'symlink':
      return { ...common, mode: 0o777, type: 'symlink', target: found.target ?? '' };
    case 'character':
    case 'block':
      refuseStrangeDevice(found);
      return { ...common, type: found.type, ...found.rdev };
    case 'fifo':
    case 'socket':
      return undefined;
    default:
      return found.type satisfies never;
  }
}

// A node of a disk or of the kernel's memory is a way past every permission, and a script can have made one.
function refuseStrangeDevice({ path, type, rdev }: TreeEntry): void {
  if (type === 'character' && usualDevices.has(`${rdev.major}:${rdev.minor}`)) return;
  throw new BuildError(
    `Cannot take "${path}" into the image: it is a ${type} device, ${rdev.major}:${rdev.minor}`,
    { hint: 'The kernel makes the nodes of devices in /dev; remove it with RemoveFiles=' },
  );
}

// null, zero, full, random, urandom, kmsg; tty, console, ptmx (Linux, Documentation/admin-guide/devices.txt).
const usualDevices = new Set(['1:3', '1:5', '1:7', '1:8', '1:9', '1:11', '5:0', '5:1', '5:2']);

// The kernel drops an entry whose parent is missing, without a word.
function addParents(
  found: Map<string, SourcedEntry>,
  path: string,
  mtime: number,
  below: ReadonlyMap<string, Permissions>,
): void {
  const slash = path.lastIndexOf('/');
  if (slash === -1) return;
  const parent = path.slice(0, slash);
  const there = found.get(parent);
  if (there !== undefined) {
    if (there.entry.type === 'directory') return;
    throw new BuildError(
      `Cannot put "${path}" below "${parent}": that is a ${there.entry.type} from ${there.from}`,
    );
  }
  // The kernel sets mode and owner of a directory that an earlier member made, too: they have to agree.
  const { mode, uid, gid } = below.get(parent) ?? { mode: 0o755, uid: 0, gid: 0 };
  found.set(parent, {
    entry: { type: 'directory', path: parent, mode, uid, gid, mtime },
    from: `the parent of "${path}"`,
  });
  addParents(found, parent, mtime, below);
}

// A directory's time tells when something in it was last made or removed, in whatever order that happened.
function clamped(entry: Entry, mtime: number): Entry {
  return entry.type === 'directory' || entry.mtime > mtime ? { ...entry, mtime } : entry;
}

function sameEntry(a: Entry, b: Entry): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
