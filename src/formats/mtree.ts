// mtree(5) as bsdtar writes it into a package: paths, and the keywords that pacman uses.

export interface MtreeEntry {
  readonly path: string;
  readonly type: 'file' | 'dir' | 'link';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Whole seconds since 1970. */
  readonly time: number;
  readonly size: number;
  readonly sha256: string | undefined;
  /** Of a link. */
  readonly target: string;
}

export function parseMtree(text: string): readonly MtreeEntry[] {
  const entries: MtreeEntry[] = [];
  let defaults: ReadonlyMap<string, string> = new Map();
  for (const line of text.split('\n')) {
    const [name = '', ...words] = line.split(' ');
    const keywords = words.map((word): [string, string] => {
      const at = word.indexOf('=');
      return at === -1 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)];
    });
    if (name === '/set') defaults = new Map([...defaults, ...keywords]);
    if (!name.startsWith('./')) continue;
    const all = new Map([...defaults, ...keywords]);
    const type = all.get('type');
    if (type !== 'file' && type !== 'dir' && type !== 'link') continue;
    entries.push({
      path: unescape(name.slice(2)),
      type,
      mode: parseInt(all.get('mode') ?? '0', 8),
      uid: Number(all.get('uid') ?? 0),
      gid: Number(all.get('gid') ?? 0),
      time: Math.floor(Number(all.get('time') ?? 0)),
      size: Number(all.get('size') ?? 0),
      sha256: all.get('sha256digest') ?? all.get('sha256'),
      target: unescape(all.get('link') ?? ''),
    });
  }
  return entries;
}

/** Bytes that are no plain characters stand as a backslash and three octal digits. */
function unescape(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const octal = text[at] === '\\' ? /^[0-7]{3}/.exec(text.slice(at + 1)) : null;
    if (octal === null) {
      bytes.push(...Buffer.from(text.charAt(at)));
    } else {
      bytes.push(parseInt(octal[0], 8));
      at += 3;
    }
  }
  return Buffer.from(bytes).toString('utf8');
}
