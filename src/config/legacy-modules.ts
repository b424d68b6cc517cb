import { UsageError } from '../model/errors.ts';
import { parseBoolean } from './boolean.ts';
import { splitWords } from './values.ts';

/**
 * mkosi 25's regular expressions over module paths, as the patterns that replaced them. undefined: not one of
 * these keys. Only expressions with a counterpart are taken; the others are an error, since a module
 * left out in silence makes an unbootable image.
 */
export function legacyModulePatterns(key: string, value: string): readonly string[] | undefined {
  switch (key) {
    case 'KernelModulesInclude':
      return splitWords(value).map(toPattern);
    case 'KernelModulesExclude':
      return splitWords(value).map((expression) => `-${toPattern(expression)}`);
    case 'KernelModulesIncludeHost':
      return includeHost(value);
    default:
      return undefined;
  }
}

export const legacyModuleKeys = [
  'KernelModulesInclude',
  'KernelModulesExclude',
  'KernelModulesIncludeHost',
] as const;

function includeHost(value: string): readonly string[] {
  const parsed = parseBoolean(value);
  if (parsed !== undefined) return parsed ? ['host'] : [];
  throw new UsageError(
    `Cannot take "${value}" for KernelModulesIncludeHost= as a boolean: expected "yes" or "no"`,
  );
}

/**
 * `/ahci.ko` a file name, `^fs/nls/` a tree from the top, `crypto/` a tree anywhere. `_` and `-` are one,
 * brackets mean the same in both languages, and `[0-9]*` finds a few names more as a pattern; everything else that
 * is special in an expression has no counterpart.
 */
function toPattern(expression: string): string {
  if (expression === 'host' || expression === 'default') return expression;
  const plain = expression.replaceAll('[-_]', '-').replaceAll('[_-]', '-');
  const file = /^(\^|\/)?((?:[\w/-]|\[[\w-]+\]\*?)+)\\?\.ko\$?$/.exec(plain);
  if (file) {
    const [, anchor = '', path = ''] = file;
    if (anchor === '^') return `/${path}`;
    // Without a slash an expression also finds the end of a longer name.
    return anchor === '/' ? path : `*${path}`;
  }
  const tree = /^(\^)?([\w/-]+\/)$/.exec(plain);
  if (tree) {
    const [, anchor, path = ''] = tree;
    return anchor ? `/${path}` : path.replace(/^\//, '');
  }
  throw new UsageError(
    `Cannot turn the regular expression "${expression}" into a module pattern`,
    'Write it as KernelModules=, for example "ahci", "drivers/ata/" or "raid[0-9]*"',
  );
}
