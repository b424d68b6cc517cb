import { alternativesOf, isExpression } from '../formats/package-word.ts';
import { posixExpression } from '../formats/posix-expression.ts';
import { UsageError } from '../model/errors.ts';

/** A word of Packages=, in the language of whichever manager. Throws UsageError where none could read it. */
export function checkPackage(word: string): string {
  for (const each of checkAlternatives(word)) {
    const isPlain = /^[!-~]+$/.test(each) && !/["'`;#]/.test(each);
    if (!isPlain || (each.includes('\\') && !isExpression(each))) throw noName(word);
    if (isExpression(each)) checkExpression(word, each);
  }
  return word;
}

/** A word of RemovePackages=: names and shell patterns, on every manager. */
export function checkRemoval(word: string): string {
  for (const each of checkAlternatives(word)) {
    if (/^\*+$/.test(each)) {
      throw new UsageError(`Cannot take "${word}" as packages to remove: it names all of them`);
    }
    if (/^[\w.+@~:*?[\]!-]+$/.test(each) && !/\[(?!!?\]?[^\]]*\])/.test(each)) continue;
    throw new UsageError(
      `Cannot take "${word}" as packages to remove: expected a name or a shell pattern`,
      isExpression(each)
        ? 'Regular expressions are for Packages= alone; write "^lib.*-doc$" as "lib*-doc"'
        : 'A pattern has "*", "?" and "[abc]"',
    );
  }
  return word;
}

/** Those that are not empty. */
function checkAlternatives(word: string): readonly string[] {
  const alternatives = alternativesOf(word);
  // A manager would take it for an option, and some of those switch its checks off.
  if (alternatives.some((each) => each.startsWith('-'))) {
    throw new UsageError(
      `Cannot take "${word}" as a package: no name begins with "-"`,
      'An empty assignment takes all names back that were given before it',
    );
  }
  if (alternatives.slice(0, -1).every((each) => each !== '') && alternatives[0] !== '') {
    return alternatives.filter((each) => each !== '');
  }
  throw new UsageError(
    `Cannot take "${word}" as a package: only the last alternative can be empty`,
    'Write "NAME|" for a package that some releases do not have',
  );
}

function checkExpression(word: string, expression: string): void {
  try {
    posixExpression(expression);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(
      `Cannot take "${word}" as a package: not a regular expression`,
      error.message.replace(/^Invalid regular expression: /, ''),
    );
  }
}

function noName(word: string): UsageError {
  return new UsageError(
    `Cannot take "${word}" as a package: no name has such a character`,
    'Names are separated by white space or commas, without quotes',
  );
}
