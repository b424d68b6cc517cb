import { UsageError } from '../model/errors.ts';
import { isNeverTaken } from '../model/never-taken.ts';
import { nearestName } from '../formats/nearest-name.ts';
import { parseBoolean } from './boolean.ts';
import { checkPackage, checkRemoval } from './package-words.ts';
import type { Setting } from './settings.ts';

/**
 * One assignment's value as its items: a list's words, or the one value of a scalar. Throws UsageError
 * without a place, which the caller puts in front.
 */
export function parseItems(setting: Setting, value: string): readonly string[] {
  switch (setting.type) {
    case 'words':
    case 'trees':
    case 'scripts':
      return splitWords(value);
    case 'packages':
      return splitWords(value).map(checkPackage);
    case 'removed packages':
      return splitWords(value).map(checkRemoval);
    case 'sources':
      return splitWords(value).map((word) => checkEnum(setting, word));
    case 'patterns':
      return splitWords(value).map(insideRoot);
    case 'host files':
      return splitWords(value).map(hostFile);
    case 'pairs':
      return splitPairs(value).map(checkPair);
    case 'integer':
      return [checkInteger(value)];
    case 'size':
      return [checkSize(value)];
    case 'enum':
      return [checkEnum(setting, value)];
    case 'boolean':
      return [checkBoolean(setting, value)];
    case 'string':
      return [checkOneLine(value)];
    case 'locale':
      return [checkLocale(checkOneLine(value))];
    case 'password':
      return [checkOneLine(value)];
    default:
      return setting.type satisfies never;
  }
}

/** As mkosi does: at commas and white space, so that no path has either in it. */
export function splitWords(value: string): readonly string[] {
  return value.split(/[\s,]+/).filter((word) => word !== '');
}

/** A name as locale(7) has it; whether the packages bring it is seen only in the image. */
function checkLocale(value: string): string {
  if (/^(?:C|POSIX|[a-z]{2,3}(?:_[A-Z]{2})?)(?:\.[A-Za-z0-9-]+)?(?:@[a-z]+)?$/.test(value))
    return value;
  throw new UsageError(
    `Cannot take "${value}" as a locale: expected a name like "C.UTF-8" or "de_DE.UTF-8"`,
  );
}

/** A pattern is taken from the image's `/`, and nothing it says may lead out of it. */
function insideRoot(pattern: string): string {
  if (pattern.split('/').includes('..')) {
    throw new UsageError(`Cannot take the pattern "${pattern}": ".." leads out of the image`);
  }
  const absolute = `/${pattern.replace(/^\/+/, '')}`;
  if (/^\/\**\/?$/.test(absolute)) {
    throw new UsageError(`Cannot take the pattern "${pattern}": it removes the whole image`);
  }
  return absolute;
}

/** A pattern from the host's `/`, with the `-` that leaves out. */
function hostFile(word: string): string {
  const sign = word.startsWith('-') ? '-' : '';
  const path = word.slice(sign.length).replace(/\/+$/, '');
  if (!path.startsWith('/') || path.split('/').includes('..')) {
    throw new UsageError(
      `Cannot take "${word}" as a file of the host: expected a path from "/", without ".."`,
    );
  }
  if (sign === '-') return `-${path}`;
  if (isNeverTaken(path)) {
    throw new UsageError(
      `Cannot take "${path}" into an initrd: it is the identity of the machine, or a secret that others must not read`,
    );
  }
  if (/^\/(?:proc|sys|dev|tmp)(?:\/|$)/.test(path)) {
    throw new UsageError(`Cannot take "${path}" into an initrd: nothing below it lasts`);
  }
  return path;
}

/** Bytes, with the suffixes of systemd: K, M, G to the base of 1024. */
function checkSize(value: string): string {
  const [, digits, suffix = ''] = /^([0-9]{1,9})([KMG]?)$/i.exec(value) ?? [];
  if (digits === undefined) {
    throw new UsageError(`Cannot take "${value}" as a size: expected bytes, as in 500M or 2G`);
  }
  return String(Number(digits) * 1024 ** ['', 'K', 'M', 'G'].indexOf(suffix.toUpperCase()));
}

/** Words as a shell splits them, quotes and backslashes undone. */
function splitPairs(value: string): readonly string[] {
  const pairs: string[] = [];
  let pair: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < value.length; at++) {
    const character = value.charAt(at);
    if (quote === undefined && /\s/.test(character)) {
      if (pair !== undefined) pairs.push(pair);
      pair = undefined;
    } else if (character === '\\' && quote !== "'" && at + 1 < value.length) {
      pair = (pair ?? '') + value.charAt(++at);
    } else if (quote === undefined && (character === '"' || character === "'")) {
      quote = character;
      pair ??= '';
    } else if (character === quote) {
      quote = undefined;
    } else {
      pair = (pair ?? '') + character;
    }
  }
  if (quote !== undefined) throw new UsageError(`Cannot read "${value}": a quote is not closed`);
  return pair === undefined ? pairs : [...pairs, pair];
}

function checkPair(pair: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*=/.test(pair)) return pair;
  throw new UsageError(`Cannot take "${pair}" as an environment variable: expected "NAME=VALUE"`);
}

function checkInteger(value: string): string {
  if (/^\d{1,15}$/.test(value)) return value;
  throw new UsageError(`Cannot take "${value}" as a number: expected digits`);
}

function checkEnum(setting: Setting, value: string): string {
  const values = setting.values ?? {};
  const known = values[value.toLowerCase()];
  if (known !== undefined && Object.hasOwn(values, value.toLowerCase())) return known;
  if (setting.key === 'Format' && value === 'uki') {
    throw new UsageError(
      'Cannot make a unified kernel image: ukify makes them of our initrd',
      'Set uki_generator=ukify in /etc/kernel/install.conf',
    );
  }
  const names = [...new Set(Object.values(values))];
  const near = nearestName(value, names);
  throw new UsageError(
    `Cannot take "${value}" for ${setting.key}=: expected ${names.join(', ')}`,
    near && `Did you mean "${near}"?`,
  );
}

function checkBoolean(setting: Setting, value: string): string {
  // mkosi's "auto" asks whether the package manager is in the image; in an initrd it never is.
  const raw = setting.key === 'CleanPackageMetadata' && value === 'auto' ? 'yes' : value;
  const parsed = parseBoolean(raw);
  if (parsed !== undefined) return parsed ? 'yes' : 'no';
  throw new UsageError(
    `Cannot take "${value}" for ${setting.key}= as a boolean: expected "yes" or "no"`,
  );
}

function checkOneLine(value: string): string {
  if (!value.includes('\n')) return value;
  throw new UsageError('Cannot take several lines: expected one value');
}
