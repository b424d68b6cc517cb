import { unescapeOctal } from './octal-escapes.ts';

export interface FstabEntry {
  /** As it stands: `/dev/sda2`, `UUID=…`, `server:/export`. */
  readonly source: string;
  /** `none` or `swap` for a swap space. */
  readonly mountPoint: string;
  readonly fileSystem: string;
  readonly options: readonly string[];
}

/**
 * fstab(5): source, mount point, type, options, and two numbers of no interest here. What has fewer than three fields is
 * left out.
 */
export function parseFstab(text: string): readonly FstabEntry[] {
  return text.split('\n').flatMap((line) => {
    if (line.trimStart().startsWith('#')) return [];
    const fields = line
      .trim()
      .split(/[ \t]+/)
      .map(unescapeOctal);
    const [source, mountPoint, fileSystem, options = ''] = fields;
    if (source === undefined || mountPoint === undefined || fileSystem === undefined) return [];
    return [{ source, mountPoint, fileSystem, options: splitOptions(options) }];
  });
}

// mount(8): a comma between double quotes belongs to the value, as in `context="a,b"`.
function splitOptions(field: string): readonly string[] {
  return field.match(/(?:"[^"]*"|[^,])+/g) ?? [];
}
