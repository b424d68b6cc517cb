import { UsageError } from '../model/errors.ts';
import type { TextInvocation, WhyInvocation } from '../model/invocation.ts';
import type { SettingFlag } from './flags.ts';
import { whyHelp } from './help.ts';
import { imageFlags, imageRequest } from './image-request.ts';
import { isSet, parseFlags } from './parse-flags.ts';

/** `pkginitrd why NAME…`, with the options of `build`, which may stand anywhere. */
export async function parseWhy(
  args: readonly string[],
  cwd: string,
  settings: readonly SettingFlag[],
): Promise<WhyInvocation | TextInvocation> {
  const { given, names } = await parseFlags(args, imageFlags(settings));
  if (isSet(given, 'help')) return { type: 'text', text: whyHelp() };
  if (names.length === 0) {
    throw new UsageError(
      'Cannot tell why without a name: expected a module, a firmware file, a package, a profile or a path',
      'Write one or more, as in "pkginitrd why ahci libssl3 --generic"',
    );
  }
  return {
    type: 'why',
    subjects: names,
    request: imageRequest(given, cwd, settings),
    format: isSet(given, 'json') ? 'json' : 'text',
    debug: isSet(given, 'debug'),
  };
}
