import { pathText } from '../model/path-bytes.ts';

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
  /** A link's target. */
  readonly target: string;
}

/** @throws RangeError where the text is something else, or an entry is of no known type */
export function parseMtree(text: string): readonly MtreeEntry[] {
  if (!text.startsWith('#mtree')) throw new RangeError('no mtree');
  const entries: MtreeEntry[] = [];
  const defaults = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [name = '', ...words] = line.split(' ');
    const keywords = words.map((word): [string, string] => {
      const at = word.indexOf('=');
      return at === -1 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)];
    });
    if (name === '/set') for (const [key, value] of keywords) defaults.set(key, value);
    if (!name.startsWith('./')) continue;
    const own = new Map(keywords);
    const value = (key: string): string | undefined => own.get(key) ?? defaults.get(key);
    const type = value('type');
    if (type !== 'file' && type !== 'dir' && type !== 'link') {
      throw new RangeError(`"${name}" is a ${type ?? 'thing without a type'}`);
    }
    entries.push({
      path: unescape(name.slice(2)),
      type,
      mode: parseInt(value('mode') ?? '0', 8),
      uid: Number(value('uid') ?? 0),
      gid: Number(value('gid') ?? 0),
      time: Math.floor(Number(value('time') ?? 0)),
      size: Number(value('size') ?? 0),
      sha256: value('sha256digest') ?? value('sha256'),
      target: unescape(value('link') ?? ''),
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
      for (const byte of Buffer.from(text.charAt(at))) bytes.push(byte);
    } else {
      bytes.push(parseInt(octal[0], 8));
      at += 3;
    }
  }
  return pathText(Buffer.from(bytes));
}
