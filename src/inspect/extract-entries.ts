import { walkInitrd, type Content } from '../formats/initrd/walk.ts';
import type { NewcHead } from '../formats/newc-reader.ts';
import type { ContentEntry } from '../model/contents.ts';
import { BuildError } from '../model/errors.ts';
import type { FreshTree } from '../model/sys.ts';
import { linkKey } from './hard-links.ts';
import type { ContentSource } from './read-contents.ts';

/**
 * Writes entries of an image that has been read before. Only those that stand at the end are written, each at the place where the
 * kernel would have it, so that nothing has to be replaced and no link be followed.
 */
export async function extractEntries(
  { path, places, unpack }: ContentSource,
  entries: readonly ContentEntry[],
  tree: FreshTree,
): Promise<void> {
  const wanted = new Map(entries.map((entry) => [entry.order, entry]));
  const names = namesByLink(entries);
  const written = new Set<string>();
  let order = 0;
  let member = -1;

  function onEntry(head: NewcHead, content: Content): Promise<void> | undefined {
    const entry = wanted.get(order++);
    const link = linkKey(head, member);
    if (link !== undefined && head.size > 0 && !written.has(link)) {
      // Whichever name comes with the content, all that are wanted are names of it.
      const [first, ...others] = names.get(link) ?? [];
      if (first === undefined) return undefined;
      written.add(link);
      return tree.file(first.path, content(), first).then(() => {
        for (const each of others) tree.link(first.path, each.path);
      });
    }
    if (entry === undefined || entry.link !== undefined) return undefined;
    if (entry.type === 'file' && entry.size !== head.size) throw changed(path);
    return write(entry, content, tree);
  }

  for (const place of places) {
    await walkInitrd(place, unpack, {
      onMember: () => {
        member += 1;
      },
      onEntry,
      onEnd: () => {},
      onProblem: () => {},
    });
  }
  for (const [link, [first, ...others]] of names) {
    if (first === undefined || written.has(link)) continue;
    await tree.file(first.path, nothing(), first);
    for (const each of others) tree.link(first.path, each.path);
  }
}

function namesByLink(
  entries: readonly ContentEntry[],
): ReadonlyMap<string, readonly ContentEntry[]> {
  const names = new Map<string, ContentEntry[]>();
  for (const entry of entries) {
    if (entry.link === undefined) continue;
    const known = names.get(entry.link);
    if (known === undefined) names.set(entry.link, [entry]);
    else known.push(entry);
  }
  return names;
}

function write(entry: ContentEntry, content: Content, tree: FreshTree): Promise<void> | undefined {
  const { path, type, device, target } = entry;
  switch (type) {
    case 'directory':
      tree.directory(path, entry);
      return undefined;
    case 'file':
      return tree.file(path, content(), entry);
    case 'symlink':
      tree.symlink(path, target ?? '', entry);
      return undefined;
    case 'character':
    case 'block':
      return device === undefined ? undefined : tree.device(path, { type, ...device }, entry);
    case 'fifo':
    case 'socket':
      return undefined;
    default:
      return type satisfies never;
  }
}

function changed(path: string): BuildError {
  return new BuildError(`Cannot extract "${path}": it was written to while it was read`);
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
