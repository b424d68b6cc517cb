// modprobe.d(5), as libkmod reads it (libkmod-config.c, kmod_config_parse()).
import { normalizeAlias, normalizeModuleName } from './module-name.ts';

/** One command of modprobe.d(5) that decides what is loaded; names with `_` for `-`. */
export type ModprobeCommand =
  | { readonly type: 'alias'; readonly pattern: string; readonly module: string }
  | { readonly type: 'blacklist'; readonly module: string }
  /** `pattern` is fnmatch(3)'s and held against the module's name. */
  | { readonly type: 'install'; readonly pattern: string; readonly command: string }
  | {
      readonly type: 'softdep' | 'weakdep';
      readonly pattern: string;
      readonly words: readonly string[];
    };

export interface ModprobeText {
  /** Counted from 1; the first one of a command that goes over several. */
  readonly line: number;
  /** The command in one line, as it stands. */
  readonly text: string;
  readonly command: ModprobeCommand;
}

/** The commands in their order; `options` and `remove` load nothing and are left out, and so is what libkmod passes over. */
export function parseModprobeConf(text: string): readonly ModprobeText[] {
  return joinedLines(text).flatMap(({ line, text: joined }) => {
    if (joined.startsWith('#')) return [];
    const words = joined.split(/[\t ]+/).filter((word) => word !== '');
    const command = parseCommand(words);
    return command === undefined ? [] : [{ line, text: words.join(' '), command }];
  });
}

function parseCommand([keyword, name, ...rest]: readonly string[]): ModprobeCommand | undefined {
  if (name === undefined) return undefined;
  const [first] = rest;
  switch (keyword) {
    case 'blacklist':
      return { type: 'blacklist', module: normalizeModuleName(name) };
    case 'alias':
      if (first === undefined) return undefined;
      return {
        type: 'alias',
        pattern: normalizeAlias(name),
        module: normalizeModuleName(first),
      };
    case 'install':
      if (first === undefined) return undefined;
      return { type: 'install', pattern: normalizeAlias(name), command: rest.join(' ') };
    case 'softdep':
    case 'weakdep':
      return {
        type: keyword,
        pattern: normalizeAlias(name),
        words: rest.filter((word) => !word.endsWith(':')).map(normalizeModuleName),
      };
    default:
      return undefined;
  }
}

// A backslash at the end of a line joins the next one to it, without a blank; elsewhere it is dropped.
function joinedLines(text: string): readonly { readonly line: number; readonly text: string }[] {
  const lines: { line: number; text: string }[] = [];
  let pieces: string[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    pieces.push(raw.replace(/\\(.?)/g, '$1'));
    if (endsInBackslash(raw)) continue;
    lines.push({ line: index + 2 - pieces.length, text: pieces.join('') });
    pieces = [];
  }
  return lines;
}

// Two of them are one that is no sign for anything.
function endsInBackslash(line: string): boolean {
  let count = 0;
  while (line[line.length - 1 - count] === '\\') count++;
  return count % 2 === 1;
}
