import type { AbsolutePath } from './brands.ts';
import type { Entry, StreamedEntry } from './image.ts';

/**
 * The door to the machine. Every function with effects takes it first; tests hand in a fake.
 * Files are read and written synchronously (measured faster than promises for trees of small
 * files), processes run asynchronously.
 */
export interface Sys {
  /** A directory seen as `/`: no path or symlink inside it can lead out. */
  root(directory: AbsolutePath): RootFiles;
  /** Runs a program to its end. Throws BuildError for an exit code outside `okExit`. */
  run(command: Command): Promise<Ran>;
  /**
   * Feeds `input` to a program's stdin and yields what it prints, without holding either in memory.
   * The program's failure is thrown before a broken pipe.
   */
  pipe(
    command: Command,
    input: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): AsyncIterable<Uint8Array>;
  /** The absolute path of a program of this machine, undefined where there is none. */
  which(program: string): AbsolutePath | undefined;
  /** Opens a regular file of this machine once for many reads; BuildError for anything else. Close it. */
  open(path: AbsolutePath): OpenFile;
  /** The same for a block device or an image of one. */
  openDisk(path: AbsolutePath): OpenFile;
  /** Writes a stream to `path` through a temporary file beside it, fsync and rename. */
  writeAtomically(
    path: AbsolutePath,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    mode: number,
  ): Promise<{ bytes: number }>;
  /** Streams into a file of a workspace, which nobody reads after a crash: no fsync. */
  writeNew(
    path: AbsolutePath,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    mode: number,
  ): Promise<{ bytes: number }>;
  /** Makes `target` hold what the file `source` holds, in one rename: a second link to it, or a copy where there are none. */
  duplicate(source: AbsolutePath, target: AbsolutePath): void;
  /** Writes entries as a directory tree and swaps it in for what stood at `path`. */
  writeTree(
    path: AbsolutePath,
    entries: AsyncIterable<Entry | StreamedEntry> | Iterable<Entry>,
  ): Promise<void>;
  /**
   * Makes a directory, or takes an empty one that is ours alone, for a tree that a stranger has described: nothing outside of it can be
   * reached. Without `keepOwners` files are ours, and none runs as its owner.
   */
  freshTree(path: AbsolutePath, options: { readonly keepOwners: boolean }): FreshTree;
  /** Free bytes for root on the file system that holds `directory`. */
  freeSpace(directory: AbsolutePath): number;
  /** Why nothing can be made in a directory that exists, in words; undefined where it can. */
  cannotWrite(directory: AbsolutePath): string | undefined;
  /** Makes a directory that is ours alone (mode 0700), or checks the one that is there. BuildError where it is another's. */
  privateDirectory(directory: AbsolutePath): void;
  /** The time by the clock of the file system that holds `directory`, which has to be writable: nanoseconds since 1970. */
  fileTime(directory: AbsolutePath): bigint;
  /** A fresh mode 0700 directory below the first of `parents` where programs can be run. Remove it in a `finally`. */
  workspace(...parents: readonly AbsolutePath[]): Workspace;
  /**
   * A workspace for `bytes` in memory, below the first of `parents` that is a tmpfs with room for them. Undefined where
   * none is, or where the machine or a control group could come to miss the memory; the trace says why.
   */
  memoryWorkspace(parents: readonly AbsolutePath[], bytes: number): Workspace | undefined;
  /**
   * Takes an exclusive lock on what lies at `subject`, held until released. While another has it, `onWait` is told once who; after
   * `waitSeconds` BuildError names the holder.
   */
  lock(
    subject: AbsolutePath,
    options: { readonly waitSeconds: number; readonly onWait?: (holder: string) => void },
  ): Promise<Lock>;
  /** Milliseconds since an arbitrary point; for reports only. */
  now(): number;
}

export interface OpenFile {
  readonly size: number;
  read(offset: number, length: number): Buffer;
  /** Fills `buffer` from `offset` and says with how many bytes: fewer at the file's end. */
  readInto(buffer: Buffer, offset: number): number;
  close(): void;
}

/**
 * A tree that is made name by name; what is there already is an error. Paths have no leading slash, no "." and no "..". Directories
 * above are made where they are missing.
 */
export interface FreshTree {
  directory(path: string, attributes: Attributes): void;
  file(path: string, chunks: AsyncIterable<Uint8Array>, attributes: Attributes): Promise<void>;
  symlink(path: string, target: string, attributes: Attributes): void;
  /** Another name for a file that has been made. */
  link(existing: string, path: string): void;
  device(
    path: string,
    device: {
      readonly type: 'character' | 'block';
      readonly major: number;
      readonly minor: number;
    },
    attributes: Attributes,
  ): Promise<void>;
  /** Gives the directories their permissions. To be called whatever has happened before. */
  finish(): void;
}

export interface Attributes {
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Whole seconds since 1970. */
  readonly mtime: number;
}

export interface Workspace {
  readonly path: AbsolutePath;
  remove(): void;
}

export interface Lock {
  release(): void;
}

export interface FileStat {
  readonly type: 'file' | 'directory' | 'symlink' | 'character' | 'block' | 'fifo' | 'socket';
  /** Permission bits with setuid, setgid and sticky: 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes; 0 for what is no regular file. */
  readonly size: number;
  /** Whole seconds since 1970. */
  readonly mtime: number;
  /** Device numbers of a character or block device. */
  readonly rdev: { readonly major: number; readonly minor: number };
}

/** Tells whether a file is still the one that it was, without reading it. */
export interface Stamp {
  /** Type, permissions, size, times of the content and of the inode, and the inode's number: another text, another file. */
  readonly text: string;
  /** Type, permissions and owner alone: of a directory, all that does not change with what lies in it. */
  readonly own: string;
  readonly type: FileStat['type'];
  /** Nanoseconds since 1970 of the last change of content or inode. */
  readonly changed: bigint;
  /** Nanoseconds since 1970 of the last read that the file system has noted. */
  readonly read: bigint;
  /** Bytes; of a directory, what the file system says. */
  readonly size: number;
}

export interface TreeEntry extends FileStat {
  /** From the root, without a leading slash. */
  readonly path: string;
  /** A symlink's target as it stands. */
  readonly target?: string;
}

export type OutlineEntry = Pick<TreeEntry, 'path' | 'type' | 'target'>;

/**
 * Paths are taken from the root ("/etc/fstab" and "etc/fstab" are the same). Symlinks, absolute ones too, are
 * followed inside the root only. Reads of what is not there give undefined or an empty list; every other
 * failure is a BuildError that names the path, so is reading what is no regular file (/dev/null is empty).
 * Names, targets and text that are no UTF-8 come as pathText() of model/path-bytes.ts makes them.
 */
export interface RootFiles {
  readonly path: AbsolutePath;
  /** Where `path` really lies on this machine, links followed inside the root (the last one too unless told). */
  resolve(path: string, options?: { readonly followLast?: boolean }): AbsolutePath;
  readText(path: string): string | undefined;
  readBytes(path: string): Buffer | undefined;
  /** The digest of a file's content in hex, with the file never in memory as a whole. */
  sha256(path: string): string | undefined;
  /** Names in a directory, sorted bytewise. */
  list(path: string): readonly string[];
  /** Follows links. */
  stat(path: string): FileStat | undefined;
  lstat(path: string): FileStat | undefined;
  /** Follows links unless told not to follow the last. */
  stamp(path: string, options?: { readonly followLast?: boolean }): Stamp | undefined;
  readlink(path: string): string | undefined;
  /** Everything below `path` (not itself), links not followed, parents before children, sorted bytewise. */
  walk(path: string): Iterable<TreeEntry>;
  /** The same by names and kinds alone: no file is looked at, so that it takes a fraction of the time. */
  outline(path: string): Iterable<OutlineEntry>;
  /** Paths without leading slash that match a shell pattern, links not followed, dot files included, sorted. */
  glob(pattern: string): readonly string[];
  /**
   * Replaces what stood at `path`; a symlink there is replaced, never written through. Parents are made. A file of any
   * size can be given in chunks.
   */
  write(path: string, content: string | Uint8Array | Iterable<Uint8Array>, mode: number): void;
  /** Puts `bytes` in the place of those at `offset` of a file that exists. */
  patch(path: string, offset: number, bytes: Uint8Array): void;
  mkdir(path: string, mode: number): void;
  /** Sets the times of a file that exists to now. */
  touch(path: string): void;
  symlink(target: string, path: string): void;
  /** Removes a file, link or whole tree; a link is removed, never followed. */
  remove(path: string): void;
  /** Copies a file, link or tree of the machine to `path`, keeping modes and links, merging into directories. */
  copyIn(source: AbsolutePath, path: string): void;
}

/** A program to run, as data: printable, comparable, made by pure functions. */
export interface Command {
  /** Program and arguments, never a shell line. */
  readonly argv: readonly [string, ...string[]];
  /** The whole environment of the program; nothing is inherited. Defaults to PATH, LANG and HOME only. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: AbsolutePath;
  readonly stdin?: string | Uint8Array;
  /** Exit codes that are no failure; [0] by default. */
  readonly okExit?: readonly number[];
  /** Where it runs; on the bare machine when absent. */
  readonly sandbox?: Sandbox;
  /** Called a few times a second while it runs, by run() alone. */
  readonly meanwhile?: () => void;
  /** The purpose of the run, for messages: "Unpack the packages". */
  readonly purpose: string;
}

/**
 * A program's own view of the machine: private mount, PID, IPC and UTS namespaces, `root` or named parts of it
 * read-only at `/`, a minimal /dev, its own /proc, an empty /tmp and /run, and only `binds` besides; no kernel keyring,
 * no AF_VSOCK, no user namespaces.
 */
export interface Sandbox {
  readonly root: AbsolutePath;
  /** Undefined: all of `root` can be seen. Otherwise these paths of it alone, where they are there. */
  readonly visible?: readonly Visible[];
  /** True where the whole of `root` may be written; otherwise only the directories that `binds` name. */
  readonly rootWritable: boolean;
  readonly binds: readonly Bind[];
  /** Directories in the sandbox that a program makes its root: each gets a /dev, /proc, /sys, /run and /tmp of its own. */
  readonly chroots?: readonly string[];
  /** False: an empty network namespace. */
  readonly network: boolean;
  /** Answers fsync, sync and the like with success at once; a workspace is thrown away on a crash anyway. */
  readonly suppressSync: boolean;
}

/** A file or directory that a program needs, and what for. Absolute, links are followed. */
export interface Visible {
  readonly path: string;
  readonly why: string;
}

export interface Bind {
  readonly source: AbsolutePath;
  /** Path in the sandbox. */
  readonly target: string;
  readonly writable: boolean;
}

export interface Ran {
  readonly exitCode: number;
  /** What is no UTF-8, in the name of a file for one, is as pathText() of model/path-bytes.ts makes it. */
  readonly stdout: string;
  readonly stderr: string;
}
