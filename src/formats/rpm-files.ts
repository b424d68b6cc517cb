import { numbersOf, stringsOf, type RpmHeader } from './rpm-header.ts';

/** A file as the header of its package has it. */
export interface RpmFile {
  /** Without leading slash. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  readonly size: number;
  /** In hex, empty where it is no regular file. */
  readonly digest: string;
  /** A symlink's target, empty for other types. */
  readonly target: string;
  /** Configuration, and what is not to be verified by its digest. */
  readonly mayChange: boolean;
  /** Belongs to the package and is not in it. */
  readonly isGhost: boolean;
  /** Documentation or a translation, which may be left out. */
  readonly isOptional: boolean;
  /** A package may lie in a file system twice: files of the same number are links to one. */
  readonly inode: number;
}

/** In the order of the header, which is that of the numbers in the payload. */
export function filesOf(header: RpmHeader): readonly RpmFile[] {
  const directories = stringsOf(header, tags.directories);
  const directoryOf = numbersOf(header, tags.directoryIndexes);
  const sizes = header.entries.has(tags.longSizes) ? tags.longSizes : tags.sizes;
  const columns = {
    modes: numbersOf(header, tags.modes),
    sizes: numbersOf(header, sizes),
    digests: stringsOf(header, tags.digests),
    targets: stringsOf(header, tags.targets),
    flags: numbersOf(header, rpmFileFlags),
    verify: numbersOf(header, tags.verify),
    languages: stringsOf(header, tags.languages),
    inodes: numbersOf(header, tags.inodes),
  };
  return stringsOf(header, tags.baseNames).map((name, index) => {
    const flags = columns.flags[index] ?? 0;
    return {
      path: `${directories[directoryOf[index] ?? 0] ?? '/'}${name}`.replace(/^\/+/, ''),
      type: fileTypes[(columns.modes[index] ?? 0) >> 12] ?? 'other',
      size: columns.sizes[index] ?? 0,
      digest: columns.digests[index] ?? '',
      target: columns.targets[index] ?? '',
      mayChange: (flags & flag.config) !== 0 || ((columns.verify[index] ?? 1) & 1) === 0,
      isGhost: (flags & rpmGhost) !== 0,
      isOptional: (flags & (flag.doc | flag.readme)) !== 0 || columns.languages[index] !== '',
      inode: columns.inodes[index] ?? index,
    };
  });
}

/** The algorithm of the files' digests as node:crypto names it; undefined where it is not known here. */
export function fileAlgorithm(header: RpmHeader): string | undefined {
  const [number = 1] = numbersOf(header, tags.digestAlgorithm);
  return algorithms[number];
}

/** The tag of each file's flags, and the flag of files that no payload has. */
export const rpmFileFlags = 1037;
export const rpmGhost = 1 << 6;

const tags = {
  ...{ directories: 1118, directoryIndexes: 1116, baseNames: 1117 },
  ...{ sizes: 1028, longSizes: 5008, modes: 1030, digests: 1035, targets: 1036 },
  ...{ verify: 1045, inodes: 1096, languages: 1097, digestAlgorithm: 5011 },
};

const flag = { config: 1 << 0, doc: 1 << 1, readme: 1 << 8 };

// By the upper four bits of the mode.
const fileTypes: Readonly<Record<number, RpmFile['type']>> = {
  4: 'directory',
  8: 'file',
  10: 'symlink',
};

// RFC 4880, section 9.4, and its successor.
const algorithms: Readonly<Record<number, string>> = {
  ...{ 1: 'md5', 2: 'sha1', 8: 'sha256', 9: 'sha384', 10: 'sha512', 11: 'sha224' },
  ...{ 12: 'sha3-256', 14: 'sha3-512' },
};
