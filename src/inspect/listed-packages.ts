import type { ContentEntry, ContentManifest } from '../model/contents.ts';
import type { ListedPackage } from '../model/listing.ts';

/** By name: those of the manifest, and the owners of the entries. */
export function listedPackages(
  manifest: ContentManifest | undefined,
  entries: readonly ContentEntry[],
): readonly ListedPackage[] {
  const packages = new Map<string, { version: string | null; files: number; bytes: number }>();
  for (const { name, version } of manifest?.packages ?? []) {
    packages.set(name, { version, files: 0, bytes: 0 });
  }
  for (const { owner, type, size } of entries) {
    if (owner === undefined || type === 'directory') continue;
    const found = packages.get(owner) ?? { version: null, files: 0, bytes: 0 };
    found.files += 1;
    found.bytes += size;
    packages.set(owner, found);
  }
  return [...packages]
    .map(([name, each]) => ({ name, ...each }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
