import { fnmatch } from './fnmatch.ts';
import { posixExpression } from './posix-expression.ts';

// Words of Packages= and RemovePackages=: alternatives with `|` between them, of which an empty last one stands for
// nothing at all.

/** "a|b|" is a, or else b, or else "". A bar in brackets belongs to an expression. */
export function alternativesOf(word: string): readonly string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < word.length; at++) {
    const character = word.charAt(at);
    if (character === '\\') at++;
    else if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth = Math.max(0, depth - 1);
    else if (character === '|' && depth === 0) {
      found.push(word.slice(start, at));
      start = at + 1;
    }
  }
  return [...found, word.slice(start)];
}

/** True for an alternative that apt takes for a regular expression; all other managers have none. */
export function isExpression(alternative: string): boolean {
  return alternative.startsWith('^') || alternative.endsWith('$');
}

/** True where a word of Packages= names a package: by its name, or by a regular expression. */
export function namesPackage(word: string, name: string): boolean {
  return alternativesOf(word).some(
    (each) => each === name || (isExpression(each) && posixExpression(each).test(name)),
  );
}

/** The installed packages that a word of RemovePackages= takes: those of the first alternative that fits any. */
export function packagesToRemove(word: string, names: readonly string[]): readonly string[] {
  const found = alternativesOf(word).map((each) => names.filter((name) => fnmatch(each, name)));
  return found.find((each) => each.length > 0) ?? [];
}
