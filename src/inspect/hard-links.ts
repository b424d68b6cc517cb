// Names of one file: an archive has its content at one of them, mostly the last (Linux, init/initramfs.c, maybe_link()).
import type { NewcHead } from '../formats/newc-reader.ts';
import type { ContentEntry } from '../model/contents.ts';

const S_IFMT = 0o170000;
const S_IFREG = 0o100000;

/** The same for all names of one file; undefined where it has one name. */
export function linkKey(
  { mode, nlink, ino, dmajor, dminor }: NewcHead,
  member: number,
): string | undefined {
  if (nlink < 2 || (mode & S_IFMT) !== S_IFREG) return undefined;
  return `${member}:${dmajor}:${dminor}:${ino}`;
}

/** Gives every name the size and digest of the one that came with the content. */
export function withLinkedContent(entries: readonly ContentEntry[]): readonly ContentEntry[] {
  const contents = new Map<string, ContentEntry>();
  for (const entry of entries) {
    if (entry.link === undefined) continue;
    const known = contents.get(entry.link);
    const isLater = known === undefined || entry.order > known.order;
    if (known === undefined || (entry.size > 0 && (isLater || known.size === 0))) {
      contents.set(entry.link, entry);
    }
  }
  if (contents.size === 0) return entries;
  return entries.map((entry) => {
    const content = entry.link === undefined ? undefined : contents.get(entry.link);
    if (content === undefined || content.size === 0) return entry;
    const { size, digest } = content;
    return { ...entry, size, ...(digest === undefined ? {} : { digest }) };
  });
}
