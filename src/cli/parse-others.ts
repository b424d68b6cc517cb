import { absolutePath, kernelVersion, pathFrom } from '../model/brands.ts';
import { UsageError } from '../model/errors.ts';
import {
  cacheNames,
  type CacheName,
  type CleanInvocation,
  type DoctorInvocation,
  type RefreshInvocation,
  type RollbackInvocation,
  type StatusInvocation,
  type TextInvocation,
} from '../model/invocation.ts';
import { cleanHelp, doctorHelp, refreshHelp, rollbackHelp, statusHelp } from './help.ts';
import { parseWords } from './parse-words.ts';

/** `pkginitrd status`. */
export function parseStatus(args: readonly string[]): StatusInvocation | TextInvocation {
  const { words, flags } = parseWords(args, 'status');
  if (flags.has('help')) return { type: 'text', text: statusHelp() };
  const [extra] = words;
  if (extra !== undefined)
    throw new UsageError(`Cannot use "${extra}": "status" takes options only`);
  return {
    type: 'status',
    format: flags.has('json') ? 'json' : 'text',
    debug: flags.has('debug'),
  };
}

/** `pkginitrd clean [parts] [archives]`. */
export function parseClean(args: readonly string[], cwd: string): CleanInvocation | TextInvocation {
  const { words, flags } = parseWords(args, 'clean');
  if (flags.has('help')) return { type: 'text', text: cleanHelp() };
  const root = flags.get('host-root');
  const named = words.map(cacheName);
  return {
    type: 'clean',
    what: named.length === 0 ? cacheNames : cacheNames.filter((name) => named.includes(name)),
    hostRoot: root === undefined ? absolutePath('/') : pathFrom(cwd, root),
    debug: flags.has('debug'),
  };
}

/** `pkginitrd doctor --last-boot`. */
export function parseDoctor(
  args: readonly string[],
  cwd: string,
): DoctorInvocation | TextInvocation {
  const { words, flags } = parseWords(args, 'doctor');
  if (flags.has('help')) return { type: 'text', text: doctorHelp() };
  const [extra] = words;
  if (extra !== undefined)
    throw new UsageError(`Cannot use "${extra}": "doctor" takes options only`);
  if (!flags.has('last-boot')) {
    throw new UsageError(
      'Cannot tell what to look at: expected "--last-boot"',
      'As in "pkginitrd doctor --last-boot"; "pkginitrd status" looks at the images',
    );
  }
  const root = flags.get('host-root');
  return {
    type: 'doctor',
    hostRoot: root === undefined ? absolutePath('/') : pathFrom(cwd, root),
    format: flags.has('json') ? 'json' : 'text',
    debug: flags.has('debug'),
  };
}

/** `pkginitrd refresh`. */
export function parseRefresh(args: readonly string[]): RefreshInvocation | TextInvocation {
  const { words, flags } = parseWords(args, 'refresh');
  if (flags.has('help')) return { type: 'text', text: refreshHelp() };
  const [extra] = words;
  if (extra !== undefined)
    throw new UsageError(`Cannot use "${extra}": "refresh" takes options only`);
  return { type: 'refresh', debug: flags.has('debug') };
}

/** `pkginitrd rollback [KERNEL]`. */
export function parseRollback(args: readonly string[]): RollbackInvocation | TextInvocation {
  const { words, flags } = parseWords(args, 'rollback');
  if (flags.has('help')) return { type: 'text', text: rollbackHelp() };
  const [version, extra] = words;
  if (extra !== undefined)
    throw new UsageError(`Cannot use "${extra}": "rollback" takes one kernel`);
  return {
    type: 'rollback',
    kernelVersion: version === undefined ? undefined : kernelVersion(version),
    debug: flags.has('debug'),
  };
}

function cacheName(word: string): CacheName {
  const found = cacheNames.find((name) => name === word);
  if (found !== undefined) return found;
  throw new UsageError(
    `Cannot clean "${word}": expected ${cacheNames.map((name) => `"${name}"`).join(' or ')}`,
  );
}
