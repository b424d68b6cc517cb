import { pathFrom } from '../model/brands.ts';
import { UsageError } from '../model/errors.ts';
import type {
  DiffInvocation,
  ExtractInvocation,
  ListInvocation,
  TextInvocation,
} from '../model/invocation.ts';
import { diffHelp, extractHelp, listHelp } from './help.ts';
import { parseWords } from './parse-words.ts';

/** `pkginitrd list IMAGE [PATH…]`. */
export function parseList(args: readonly string[], cwd: string): ListInvocation | TextInvocation {
  const { words, flags } = parseWords(args, 'list');
  if (flags.has('help')) return { type: 'text', text: listHelp() };
  const [image, ...patterns] = words;
  if (image === undefined) {
    throw new UsageError(
      'Cannot list without an image: expected IMAGE',
      'As in "pkginitrd list /boot/initrd.img"',
    );
  }
  if (flags.has('packages') && flags.has('modules')) {
    throw new UsageError('Cannot use "--packages" and "--modules" together: expected one of them');
  }
  return {
    type: 'list',
    image: pathFrom(cwd, image),
    patterns,
    view: flags.has('packages') ? 'packages' : flags.has('modules') ? 'modules' : 'files',
    askHost: flags.has('host-owners'),
    format: flags.has('json') ? 'json' : 'text',
    debug: flags.has('debug'),
  };
}

/** `pkginitrd extract IMAGE DIR [PATH…]`. */
export function parseExtract(
  args: readonly string[],
  cwd: string,
): ExtractInvocation | TextInvocation {
  const { words, flags } = parseWords(args, 'extract');
  if (flags.has('help')) return { type: 'text', text: extractHelp() };
  const [image, directory, ...patterns] = words;
  if (image === undefined || directory === undefined) {
    throw new UsageError(
      `Cannot extract without ${image === undefined ? 'an image' : 'a directory'}: expected IMAGE DIR`,
      'As in "pkginitrd extract /boot/initrd.img /tmp/unpacked"',
    );
  }
  return {
    type: 'extract',
    image: pathFrom(cwd, image),
    directory: pathFrom(cwd, directory),
    patterns,
    owners: flags.has('owners'),
    devices: flags.has('devices'),
    debug: flags.has('debug'),
  };
}

/** `pkginitrd diff IMAGE IMAGE`. */
export function parseDiff(args: readonly string[], cwd: string): DiffInvocation | TextInvocation {
  const { words, flags } = parseWords(args, 'diff');
  if (flags.has('help')) return { type: 'text', text: diffHelp() };
  const [from, to, ...more] = words;
  if (from === undefined || to === undefined || more.length > 0) {
    throw new UsageError(
      `Cannot compare ${words.length === 0 ? 'nothing' : `${words.length} ${words.length === 1 ? 'image' : 'images'}`}: expected two`,
      'As in "pkginitrd diff /boot/initrd.img.old /boot/initrd.img"',
    );
  }
  return {
    type: 'diff',
    from: pathFrom(cwd, from),
    to: pathFrom(cwd, to),
    format: flags.has('json') ? 'json' : 'text',
    debug: flags.has('debug'),
  };
}
