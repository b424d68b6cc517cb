import type { AbsolutePath } from '../model/brands.ts';
import type { OutlineEntry, RootFiles, Sys } from '../model/sys.ts';
import type { Looked } from './witnesses.ts';

/** A door to the machine that notes what is read through it. */
export interface Recording {
  readonly sys: Sys;
  /** What was looked at below each root, and by absolute paths below `/`. */
  seen(root: AbsolutePath): readonly Looked[];
  /** Forgets what was seen so far, so that what a later step looks at can be told from it. */
  restart(): void;
}

/**
 * The same machine. Every path that is read, listed or looked for is noted: as long as none of them changes, the same
 * function comes to the same. What programs read is not seen.
 */
export function recording(sys: Sys): Recording {
  const roots = new Map<string, Map<string, Looked>>();
  function note(root: string, path: string, look: Look): void {
    const seen = roots.get(root) ?? new Map<string, Looked>();
    roots.set(root, seen);
    const relative = path.replace(/^\/+|\/+$/g, '');
    seen.set(`${look.follow}${look.names}${relative}`, { path: relative, ...look });
  }
  return {
    sys: {
      ...sys,
      root: (directory) => noting(sys.root(directory), (path, look) => note(directory, path, look)),
      open: (path) => {
        note('/', path, target);
        return sys.open(path);
      },
    },
    seen: (root) => [...(roots.get(root)?.values() ?? [])],
    restart: () => roots.clear(),
  };
}

type Look = Omit<Looked, 'path'>;

const target: Look = { follow: true, names: false };
const link: Look = { follow: false, names: false };
const listing: Look = { follow: true, names: true };

function noting(files: RootFiles, note: (path: string, look: Look) => void): RootFiles {
  const as =
    <T>(look: Look, read: (path: string) => T) =>
    (path: string): T => {
      note(path, look);
      return read(path);
    };
  return {
    ...files,
    readText: as(target, (path) => files.readText(path)),
    readBytes: as(target, (path) => files.readBytes(path)),
    sha256: as(target, (path) => files.sha256(path)),
    list: as(listing, (path) => files.list(path)),
    stat: as(target, (path) => files.stat(path)),
    lstat: as(link, (path) => files.lstat(path)),
    readlink: as(link, (path) => files.readlink(path)),
    resolve: (path, options) => {
      note(path, (options?.followLast ?? true) ? target : link);
      return files.resolve(path, options);
    },
    walk: (path) => walking(files.walk(path), path, note),
    outline: (path) => walking(files.outline(path), path, note),
    glob: (pattern) => {
      for (const directory of directoriesOf(files, pattern)) note(directory, listing);
      return files.glob(pattern);
    },
  };
}

/** A file that comes or goes changes its directory; what a walk says of the files themselves is noted where it is read. */
function* walking<Entry extends OutlineEntry>(
  entries: Iterable<Entry>,
  path: string,
  note: (path: string, look: Look) => void,
): Generator<Entry> {
  note(path, listing);
  for (const entry of entries) {
    if (entry.type === 'directory') note(entry.path, { follow: false, names: true });
    yield entry;
  }
}

/** Directories whose names decide what a pattern matches. */
function directoriesOf(files: RootFiles, pattern: string): readonly string[] {
  const parts = pattern.split('/').filter((part) => part !== '' && part !== '.');
  const wild = parts.findIndex((part) => /[*?[\]\\]/.test(part));
  if (wild === -1) return [pattern];
  const found = [parts.slice(0, wild).join('/')];
  for (let length = wild + 1; length < parts.length; length += 1) {
    found.push(...files.glob(parts.slice(0, length).join('/')));
  }
  return parts.at(-1) === '**' ? [...found, ...files.glob(pattern)] : found;
}
