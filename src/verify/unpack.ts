// Lays the entries of all members over each other and reports what the kernel would drop or lose.
import { pathText } from '../model/path-bytes.ts';
import type { NewcEntry } from '../formats/newc-reader.ts';
import type { MemberHead } from '../formats/initrd/members.ts';
import { emptyOverlay, type Node } from '../formats/initrd/overlay.ts';
import { fileFacts, type FileFacts, type ImageFiles } from './file-facts.ts';
import type { Report } from './report.ts';

export interface Unpacking {
  readonly overlay: ImageFiles;
  readonly unpackedBytes: () => number;
  readonly onEntry: (entry: KnownEntry, member: MemberHead) => void;
}

/** Everything that later checks need of an entry of a member. */
export interface KnownEntry extends Pick<NewcEntry, 'path' | 'nlink' | 'size'> {
  readonly node: Node<FileFacts>;
}

/** Looks at an entry while its content is at hand. */
export function knownEntry(entry: NewcEntry): KnownEntry {
  const { path, nlink, size } = entry;
  return { path, nlink, size, node: toNode(entry) };
}

export function unpacking(report: Report): Unpacking {
  const overlay = emptyOverlay<FileFacts>();
  let unpackedBytes = 0;
  let current = -1;
  let seen = new Set<string>();
  let directories = new Set<string>();

  function onEntry(entry: KnownEntry, member: MemberHead): void {
    if (member.index !== current) {
      current = member.index;
      seen = new Set();
      directories = new Set(['']);
    }
    const { path, node } = entry;
    const error = (
      check: 'path' | 'parents' | 'links' | 'microcode' | 'conflict',
      message: string,
    ): void => report({ severity: 'error', check, path, message });
    if (path.split('/').some((part) => part === '' || part === '.' || part === '..')) {
      error(
        'path',
        `Strange path "${path}": it has to be relative, without empty, "." or ".." parts`,
      );
    }
    if (seen.has(path)) {
      const message = `Member ${member.index + 1} has "${path}" twice, the later one counts`;
      report({ severity: 'warning', check: 'duplicate', path, message });
    }
    seen.add(path);
    const parent = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
    if (!directories.has(parent)) {
      error(
        'parents',
        `Missing directory "${parent}" before "${path}" in member ${member.index + 1}: the kernel may drop what is below`,
      );
    }
    // The kernel looks for hard links among all but directories and symlinks.
    if (entry.nlink !== 1 && node.type !== 'directory' && node.type !== 'symlink') {
      error(
        'links',
        `"${path}" has a link count of ${entry.nlink}, has to be 1: the kernel could mix files up`,
      );
    }
    if (
      path.startsWith('kernel/x86/microcode/') &&
      (member.index > 0 || member.compression !== 'none')
    ) {
      error(
        'microcode',
        `Misplaced "${path}": the kernel looks for it in an uncompressed first member only`,
      );
    }
    if (node.type === 'directory') directories.add(path);
    unpackedBytes += entry.size;
    const conflict = overlay.add(path, node);
    switch (conflict?.type) {
      case undefined:
      // Reported above: then the directory is missing in this member as well, or is another entry's conflict.
      case 'no-parent':
        return;
      case 'directory-stays':
        return error(
          'conflict',
          `"${path}" of member ${member.index + 1} is lost: a directory with files stands there`,
        );
      case 'link-lost':
        return error(
          'conflict',
          `"${path}" of member ${member.index + 1} is a directory, before it was a link to "${conflict.target}": what lies there is lost`,
        );
      default:
        return conflict satisfies never;
    }
  }

  return { overlay, unpackedBytes: () => unpackedBytes, onEntry };
}

const TYPE_MASK = 0o170000;

function toNode(entry: NewcEntry): Node<FileFacts> {
  switch (entry.mode & TYPE_MASK) {
    case 0o040000:
      return { type: 'directory' };
    case 0o120000:
      return { type: 'symlink', target: pathText(entry.data ?? Buffer.alloc(0)) };
    case 0o100000:
      return {
        type: 'file',
        mode: entry.mode,
        facts: fileFacts(entry),
      };
    default:
      return { type: 'special' };
  }
}
