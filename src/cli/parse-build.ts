import { pathFrom } from '../model/brands.ts';
import { UsageError } from '../model/errors.ts';
import type {
  BuildInvocation,
  Destination,
  PlanInvocation,
  TextInvocation,
} from '../model/invocation.ts';
import type { SettingFlag } from './flags.ts';
import { buildHelp } from './help.ts';
import { imageFlags, imageRequest, optionalPath } from './image-request.ts';
import { isSet, last, parseFlags, seeHelp } from './parse-flags.ts';

/** `pkginitrd build`. */
export async function parseBuild(
  args: readonly string[],
  cwd: string,
  settings: readonly SettingFlag[],
): Promise<BuildInvocation | PlanInvocation | TextInvocation> {
  const { given, names } = await parseFlags(args, imageFlags(settings));
  const [extra] = names;
  if (extra !== undefined) {
    throw new UsageError(`Cannot use "${extra}": "build" takes options only`, seeHelp);
  }
  if (isSet(given, 'help')) return { type: 'text', text: buildHelp(settings) };
  const request = imageRequest(given, cwd, settings);
  const debug = isSet(given, 'debug');
  const kernelImage = optionalPath(last(given, 'kernel-image'), cwd);
  const place = destination(last(given, 'output'), last(given, 'output-dir'), cwd);
  if (isSet(given, 'dry-run')) {
    const format = isSet(given, 'json') ? 'json' : 'text';
    return { type: 'plan', request, kernelImage, destination: place, format, debug };
  }
  if (isSet(given, 'quiet') && isSet(given, 'verbose')) {
    throw new UsageError('Cannot use "--quiet" and "--verbose" together: expected one of them');
  }
  return {
    type: 'build',
    request,
    kernelImage,
    destination: place,
    verbose: isSet(given, 'verbose') || debug,
    quiet: isSet(given, 'quiet'),
    format: isSet(given, 'json') ? 'json' : 'text',
    debug,
  };
}

/** `-o` takes a name, as mkosi-initrd's does, and a path, as everyone tries. */
function destination(
  output: string | undefined,
  directory: string | undefined,
  cwd: string,
): Destination {
  const base = pathFrom(cwd, directory ?? '.');
  if (output === undefined) return { type: 'path', directory: base, name: undefined };
  const slash = output.lastIndexOf('/');
  const name = output.slice(slash + 1);
  if (name === '' || name === '.' || name === '..') {
    throw new UsageError(
      `Cannot take "${output}" as a file name`,
      'Give a directory with --output-dir',
    );
  }
  return { type: 'path', directory: pathFrom(base, output.slice(0, slash + 1) || '.'), name };
}
