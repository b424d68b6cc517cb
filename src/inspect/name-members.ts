import type { ContentManifest, ContentMember } from '../model/contents.ts';

/** A member, and if it has what the kernel looks for before it unpacks anything. */
interface Unnamed extends Omit<ContentMember, 'name'> {
  readonly isEarly: boolean;
}

/** By the image's manifest; what the manifest does not know was put before ours, as microcode is. */
export function nameMembers(
  members: readonly Unnamed[],
  manifest: ContentManifest | undefined,
  isWhole: boolean,
): readonly ContentMember[] {
  const parts = manifest?.parts ?? [];
  const before = isWhole ? Math.max(members.length - parts.length, 0) : 0;
  return members.map(({ isEarly, ...member }, index) => ({
    ...member,
    name: parts[index - before] ?? (isEarly ? 'microcode' : `#${index + 1}`),
  }));
}
