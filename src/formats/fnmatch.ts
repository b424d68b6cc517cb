// Shell patterns as Python's fnmatch reads them, which is what mkosi's patterns mean: `*` and `?` match `/` too.

/** `*`, `?`, `[abc]`, `[a-z]`, `[!abc]`; a `[` that is never closed is itself. There is no escape character. */
export function fnmatch(pattern: string, text: string): boolean {
  const tokens = compiled.get(pattern) ?? remember(pattern, compile(pattern));
  // Only the last star can still be to blame for a mismatch, so that one place to go back to is enough and the
  // time stays within pattern length × text length.
  let token = 0;
  let at = 0;
  let star = -1;
  let starAt = 0;
  while (at < text.length) {
    const current = tokens[token];
    if (current === '*') {
      star = token++;
      starAt = at;
    } else if (current !== undefined && matches(current, text.charCodeAt(at))) {
      token++;
      at++;
    } else if (star !== -1) {
      token = star + 1;
      at = ++starAt;
    } else {
      return false;
    }
  }
  while (tokens[token] === '*') token++;
  return token === tokens.length;
}

/** A character's code, a wildcard, or a set. */
type Token = number | '*' | '?' | CharacterSet;

interface CharacterSet {
  readonly negated: boolean;
  /** Pairs of first and last code. */
  readonly ranges: readonly (readonly [number, number])[];
}

// A kernel has tens of thousands of aliases, each held against hundreds of devices.
const compiled = new Map<string, readonly Token[]>();
const COMPILED_MAX = 100_000;

function remember(pattern: string, tokens: readonly Token[]): readonly Token[] {
  if (compiled.size >= COMPILED_MAX) compiled.clear();
  compiled.set(pattern, tokens);
  return tokens;
}

function compile(pattern: string): Token[] {
  const tokens: Token[] = [];
  // A bracket behind the last closing one is never closed: nothing is looked for again and again.
  const last = pattern.lastIndexOf(']');
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === '*' || character === '?') {
      tokens.push(character);
      continue;
    }
    const end = character === '[' && at < last ? closingBracket(pattern, at) : -1;
    if (end === -1) {
      tokens.push(pattern.charCodeAt(at));
    } else {
      tokens.push(characterSet(pattern.slice(at + 1, end)));
      at = end;
    }
  }
  return tokens;
}

/** A `]` right after `[` or `[!` stands for itself. */
function closingBracket(pattern: string, open: number): number {
  const first = pattern[open + 1] === '!' ? open + 2 : open + 1;
  return pattern.indexOf(']', first + 1);
}

function characterSet(content: string): CharacterSet {
  const negated = content.startsWith('!');
  const body = negated ? content.slice(1) : content;
  const ranges: [number, number][] = [];
  for (let at = 0; at < body.length; at++) {
    const isRange = body[at + 1] === '-' && at + 2 < body.length;
    // A range that runs backwards has no members.
    ranges.push([body.charCodeAt(at), body.charCodeAt(isRange ? at + 2 : at)]);
    if (isRange) at += 2;
  }
  return { negated, ranges };
}

function matches(token: Token, code: number): boolean {
  if (typeof token === 'number') return token === code;
  if (token === '?') return true;
  if (token === '*') return false;
  return token.ranges.some(([first, last]) => first <= code && code <= last) !== token.negated;
}
