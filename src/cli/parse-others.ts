import { nearestName } from '../formats/nearest-name.ts';
import { absolutePath, kernelVersion, pathFrom } from '../model/brands.ts';
import { UsageError } from '../model/errors.ts';
import {
  cacheNames,
  type CacheName,
  type CleanInvocation,
  type RefreshInvocation,
  type RollbackInvocation,
  type StatusInvocation,
  type TextInvocation,
} from '../model/invocation.ts';
import { cleanHelp, refreshHelp, rollbackHelp, statusHelp } from './help.ts';

// Loading yargs takes as long as these commands take.

/** `pkginitrd status`. */
export function parseStatus(args: readonly string[]): StatusInvocation | TextInvocation {
  const { words, flags } = split(args, 'status', ['--json', '--debug', '--help', '-h'], []);
  if (flags.has('--help') || flags.has('-h')) return { type: 'text', text: statusHelp() };
  const [extra] = words;
  if (extra !== undefined)
    throw new UsageError(`Cannot use "${extra}": "status" takes options only`);
  return {
    type: 'status',
    format: flags.has('--json') ? 'json' : 'text',
    debug: flags.has('--debug'),
  };
}

/** `pkginitrd clean [parts] [archives]`. */
export function parseClean(args: readonly string[], cwd: string): CleanInvocation | TextInvocation {
  const { words, flags } = split(args, 'clean', ['--debug', '--help', '-h'], ['--host-root']);
  if (flags.has('--help') || flags.has('-h')) return { type: 'text', text: cleanHelp() };
  const root = flags.get('--host-root');
  const named = words.map(cacheName);
  return {
    type: 'clean',
    what: named.length === 0 ? cacheNames : cacheNames.filter((name) => named.includes(name)),
    hostRoot: root === undefined ? absolutePath('/') : pathFrom(cwd, root),
    debug: flags.has('--debug'),
  };
}

/** `pkginitrd refresh`. */
export function parseRefresh(args: readonly string[]): RefreshInvocation | TextInvocation {
  const { words, flags } = split(args, 'refresh', ['--debug', '--help', '-h'], []);
  if (flags.has('--help') || flags.has('-h')) return { type: 'text', text: refreshHelp() };
  const [extra] = words;
  if (extra !== undefined)
    throw new UsageError(`Cannot use "${extra}": "refresh" takes options only`);
  return { type: 'refresh', debug: flags.has('--debug') };
}

/** `pkginitrd rollback [KERNEL]`. */
export function parseRollback(args: readonly string[]): RollbackInvocation | TextInvocation {
  const { words, flags } = split(args, 'rollback', ['--debug', '--help', '-h'], []);
  if (flags.has('--help') || flags.has('-h')) return { type: 'text', text: rollbackHelp() };
  const [version, extra] = words;
  if (extra !== undefined)
    throw new UsageError(`Cannot use "${extra}": "rollback" takes one kernel`);
  return {
    type: 'rollback',
    kernelVersion: version === undefined ? undefined : kernelVersion(version),
    debug: flags.has('--debug'),
  };
}

function cacheName(word: string): CacheName {
  const found = cacheNames.find((name) => name === word);
  if (found !== undefined) return found;
  throw new UsageError(
    `Cannot clean "${word}": expected ${cacheNames.map((name) => `"${name}"`).join(' or ')}`,
  );
}

interface Split {
  readonly words: readonly string[];
  /** By name, with the value of those that take one. */
  readonly flags: ReadonlyMap<string, string>;
}

function split(
  args: readonly string[],
  command: string,
  switches: readonly string[],
  withValue: readonly string[],
): Split {
  const words: string[] = [];
  const flags = new Map<string, string>();
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [name = '', ...values] = arg.split('=');
    if (!arg.startsWith('-')) words.push(arg);
    else if (switches.includes(arg)) flags.set(arg, '');
    else if (withValue.includes(name)) {
      const value = values.length > 0 ? values.join('=') : rest.shift();
      if (value === undefined || value === '') {
        throw new UsageError(`Cannot use "${name}" without a value: expected DIR`);
      }
      flags.set(name, value);
    } else {
      const near = nearestName(arg, [...switches, ...withValue]);
      throw new UsageError(
        `Cannot use "${arg}": unknown option`,
        near ? `Did you mean "${near}"?` : `See "pkginitrd ${command} --help"`,
      );
    }
  }
  return { words, flags };
}
