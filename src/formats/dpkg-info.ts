// The text files of dpkg's database beside the status file: what is in var/lib/dpkg/info, and diversions.

/** Absolute paths, one a line, the first of them "/.", to paths without leading slash. */
export function parseFileList(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('/') && line !== '/.')
    .map((line) => line.slice(1));
}

/** "HEX  PATH" lines. */
export function parseDigests(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [, hex, path] = /^([0-9a-f]{32}) {2}(.+)$/.exec(line) ?? [];
      return hex === undefined || path === undefined ? [] : [[path.replace(/^\//, ''), hex]];
    }),
  );
}

/** "/PATH MD5 [obsolete]" lines; what is obsolete belongs to an earlier version. */
export function parseConffiles(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [path, hex, ...flags] = line.trim().split(' ');
      const isKnown = path?.startsWith('/') === true && /^[0-9a-f]{32}$/.test(hex ?? '');
      if (!isKnown || flags.length > 0 || hex === undefined) return [];
      return [[path.slice(1), hex]];
    }),
  );
}

/** "OWNER GROUP MODE PATH" lines of dpkg-statoverride(1): the paths, without leading slash. */
export function parseStatOverrides(text: string): ReadonlySet<string> {
  return new Set(
    text.split('\n').flatMap((line) => {
      const [, path] = /^\S+ \S+ \S+ \/(.+)$/.exec(line) ?? [];
      return path === undefined ? [] : [path];
    }),
  );
}

export interface Diversion {
  readonly to: string;
  /** The package that ships the file at the old place; `:` for a local one. */
  readonly by: string;
}

/** dpkg-divert(1)'s database: three lines each, from, to, by whom. */
export function parseDiversions(text: string): ReadonlyMap<string, Diversion> {
  const lines = text.split('\n');
  const diversions = new Map<string, Diversion>();
  for (let at = 0; at + 2 < lines.length; at += 3) {
    const [from, to, by] = lines.slice(at, at + 3);
    if (from !== undefined && to !== undefined && by !== undefined) {
      diversions.set(from.slice(1), { to: to.slice(1), by });
    }
  }
  return diversions;
}

export function diverted(
  path: string,
  owner: string,
  diversions: ReadonlyMap<string, Diversion>,
): string {
  const diversion = diversions.get(path);
  return diversion === undefined || diversion.by === owner ? path : diversion.to;
}
