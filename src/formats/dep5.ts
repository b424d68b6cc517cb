// debian/copyright in its machine-readable form (https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/).

/** Short names of the licences, sorted; empty where the file is prose. */
export function parseDep5Licences(text: string): readonly string[] {
  if (!/^Format: *https?:\/\/\S*copyright-format/im.test(text.slice(0, 500))) return [];
  const found = [...text.matchAll(/^License:([^\n]*)$/gim)].map(([, name = '']) => name.trim());
  return [...new Set(found.filter((name) => name !== ''))].sort();
}
