// Boot entries of type 1: https://uapi-group.org/specifications/specs/boot_loader_specification/

/** Keys whose value is a path from the root of the partition that the entry lies on. */
const fileKeys: readonly string[] = ['linux', 'initrd', 'devicetree', 'devicetree-overlay'];

export interface EntryFile {
  readonly key: string;
  readonly path: string;
}

/** The files that an entry names, in the order of its lines. */
export function entryFiles(text: string): readonly EntryFile[] {
  return text.split('\n').flatMap((line) => {
    const { key, value } = parsed(line);
    return fileKeys.includes(key) ? value.split(/\s+/).map((path) => ({ key, path })) : [];
  });
}

/** The entry with other files; all else stays as it is written. */
export function withFiles(text: string, change: (path: string) => string): string {
  return changed(text, (key, value) =>
    fileKeys.includes(key) ? value.split(/\s+/).map(change).join(' ') : value,
  );
}

/** The entry with one initrd, in the place of the first one. */
export function withOneInitrd(text: string, path: string): string {
  const isInitrd = (line: string): boolean => parsed(line).key === 'initrd';
  const lines = text.split('\n');
  const first = lines.findIndex(isInitrd);
  const kept = lines.filter((line, at) => at === first || !isInitrd(line));
  return withValue(kept.join('\n'), 'initrd', () => path);
}

/** The entry with another value wherever it has the key. */
export function withValue(text: string, key: string, change: (value: string) => string): string {
  return changed(text, (each, value) => (each === key ? change(value) : value));
}

function changed(text: string, change: (key: string, value: string) => string): string {
  return text
    .split('\n')
    .map((line) => {
      const { head, key, value } = parsed(line);
      return key === '' ? line : `${head}${change(key, value)}`;
    })
    .join('\n');
}

// Lines that say nothing have no key.
function parsed(line: string): { head: string; key: string; value: string } {
  const [, head = '', key = '', value = ''] = /^(\s*([a-z-]+)\s+)(\S.*?)\s*$/.exec(line) ?? [];
  return { head, key, value };
}
