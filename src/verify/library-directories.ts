// Where ld.so looks besides a file's own path: ld.so.conf by way of the cache, then what it was built with.
import type { ElfFacts } from '../formats/elf.ts';
import { fnmatch } from '../formats/fnmatch.ts';
import { parseLdSoConf } from '../formats/ld-so-conf.ts';
import { keptBytes, type ImageFiles } from './file-facts.ts';

export interface LibraryDirectories {
  /** The directories of /etc/ld.so.conf; they count only through /etc/ld.so.cache. */
  readonly configured: readonly string[];
  /** /etc/ld.so.cache, undefined where it is none that ld.so reads. */
  readonly cache: Buffer | undefined;
  readonly builtin: (elf: ElfFacts) => readonly string[];
}

export function libraryDirectories(overlay: ImageFiles): LibraryDirectories {
  const cache = keptBytes(overlay, '/etc/ld.so.cache');
  return {
    configured: readConfiguration(overlay, '/etc/ld.so.conf', new Set()),
    cache:
      cache !== undefined && CACHE_MAGIC.test(cache.toString('latin1', 0, 20)) ? cache : undefined,
    builtin: ({ machine, bits }) => {
      const tuple = TUPLES[`${machine}/${bits}`];
      const multiarch = tuple === undefined ? [] : [`/lib/${tuple}`, `/usr/lib/${tuple}`];
      const wide = bits === 64 ? ['/lib64', '/usr/lib64'] : [];
      return [...multiarch, ...wide, '/lib', '/usr/lib'];
    },
  };
}

/** Either format of glibc's (sysdeps/generic/dl-cache.h). */
const CACHE_MAGIC = /^(?:glibc-ld\.so\.cache1\.1|ld\.so-1\.7\.0)/;

/** Debian's multiarch tuples by ELF machine and class. */
const TUPLES: Readonly<Record<string, string>> = {
  '62/64': 'x86_64-linux-gnu',
  '183/64': 'aarch64-linux-gnu',
  '243/64': 'riscv64-linux-gnu',
  '21/64': 'powerpc64le-linux-gnu',
  '22/64': 's390x-linux-gnu',
  '258/64': 'loongarch64-linux-gnu',
  '3/32': 'i386-linux-gnu',
  '40/32': 'arm-linux-gnueabihf',
};

function readConfiguration(overlay: ImageFiles, path: string, read: Set<string>): string[] {
  const found = overlay.lookup(path);
  if (found.type !== 'found' || found.node.type !== 'file' || read.has(found.path)) return [];
  read.add(found.path);
  const { facts } = found.node;
  if (facts.type !== 'kept') return [];
  const { directories, includePatterns } = parseLdSoConf(facts.bytes.toString());
  const directory = path.slice(0, path.lastIndexOf('/'));
  const included = includePatterns.flatMap((pattern) => {
    const whole = pattern.startsWith('/') ? pattern : `${directory}/${pattern}`;
    const slash = whole.lastIndexOf('/');
    return overlay
      .list(whole.slice(0, slash))
      .filter((name) => fnmatch(whole.slice(slash + 1), name))
      .flatMap((name) => readConfiguration(overlay, `${whole.slice(0, slash)}/${name}`, read));
  });
  return [...directories, ...included];
}
