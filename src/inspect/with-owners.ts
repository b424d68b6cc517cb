import type { ContentEntry, ContentManifest, ContentMember } from '../model/contents.ts';

/** The entries with the packages that the image's own manifest names for its base part. */
export function withOwners(
  entries: readonly ContentEntry[],
  members: readonly ContentMember[],
  manifest: ContentManifest | undefined,
): readonly ContentEntry[] {
  const runs = manifest?.owners ?? [];
  const base = members.findIndex(({ name }) => name === 'base');
  const counted = runs.reduce((sum, [, count]) => sum + count, 0);
  // Of another base part the manifest says nothing.
  if (base === -1 || counted !== members[base]?.entries) return entries;
  const owners = runs.flatMap(([owner, count]) => Array.from({ length: count }, () => owner));
  const first = members.slice(0, base).reduce((sum, member) => sum + member.entries, 0);
  return entries.map((entry) =>
    entry.member === base && entry.type !== 'directory'
      ? { ...entry, owner: owners[entry.order - first] ?? undefined }
      : entry,
  );
}
