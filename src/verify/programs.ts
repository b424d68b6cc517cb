// Tells of a program of the image whether the kernel could start it (execve(2)).
import type { ElfFacts } from '../formats/elf.ts';
import type { ImageFiles, ImageLookup } from './file-facts.ts';

/** Where a program is, or why it cannot be started. */
export type Program =
  | { readonly type: 'starts'; readonly path: string; readonly elf: ElfFacts }
  | { readonly type: 'fails'; readonly path: string; readonly why: string };

/** `path` from the root of the image. The libraries of a program are checked along with all others. */
export function findProgram(files: ImageFiles, path: string): Program {
  let at = path;
  for (let depth = 0; depth <= interpretersMax; depth++) {
    const found = files.lookup(at);
    const fails = (why: string): Program => ({ type: 'fails', path: found.path, why });
    if (found.type !== 'found') return fails(absence(found));
    const { node } = found;
    if (node.type !== 'file') return fails('it is no file');
    if ((node.mode & 0o111) === 0) return fails(`"${found.path}" is not executable`);
    if (node.facts.type === 'script') {
      at = node.facts.interpreter;
      continue;
    }
    const { facts } = node;
    if (facts.type === 'damaged') return fails(`"${found.path}" is damaged: ${facts.message}`);
    if (facts.type !== 'elf' || ![executable, shared].includes(facts.elf.type)) {
      return fails(`"${found.path}" is neither an ELF program nor a script`);
    }
    return { type: 'starts', path: found.path, elf: facts.elf };
  }
  return {
    type: 'fails',
    path: path.replace(/^\//, ''),
    why: 'its interpreters are scripts without end',
  };
}

/** The places of a program that is called by its name, as systemd and a shell look for it. */
export function placesOf(program: string): readonly string[] {
  if (program.startsWith('/')) return [program];
  return directories.map((directory) => `${directory}/${program}`);
}

/** The places of a program that a layer of the storage is brought up by, whoever calls it. */
export function storagePlaces(program: string): readonly string[] {
  return storageDirectories.map((directory) => `${directory}/${program}`);
}

const storageDirectories = [
  ...['/usr/lib/systemd', '/lib/systemd', '/usr/lib/udev', '/lib/udev'],
  ...['/usr/bin', '/usr/sbin', '/sbin'],
];

export function isSystemd({ path }: Pick<Program, 'path'>): boolean {
  return /(?:^|\/)lib\/systemd\/systemd$/.test(path);
}

export function absence(found: ImageLookup): string {
  switch (found.type) {
    case 'found':
      return `"${found.path}" is no file`;
    case 'missing':
      return `"${found.path}" is missing`;
    case 'loop':
      return 'its links form a loop';
    default:
      return found satisfies never;
  }
}

const executable = 2;
const shared = 3;
/** As many scripts in a row as the kernel follows (fs/exec.c, exec_binprm). */
const interpretersMax = 5;
const directories = ['/usr/bin', '/usr/sbin', '/bin', '/sbin', '/usr/local/sbin', '/usr/local/bin'];
