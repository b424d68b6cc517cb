import yargs from 'yargs';
import { kernelVersion, pathFrom, type AbsolutePath } from '../model/brands.ts';
import type { Assignment } from '../model/config.ts';
import { UsageError } from '../model/errors.ts';
import type {
  BuildInvocation,
  Destination,
  ImageRequest,
  PlanInvocation,
  TextInvocation,
  WhyInvocation,
} from '../model/invocation.ts';
import { nearestName } from '../formats/nearest-name.ts';
import {
  buildFlags,
  settingFlags,
  type BuildFlagName,
  type Flag,
  type SettingFlag,
} from './flags.ts';
import { buildHelp, whyHelp } from './help.ts';

/** `pkginitrd build`. */
export async function parseBuild(
  args: readonly string[],
  cwd: string,
  settings: readonly SettingFlag[],
): Promise<BuildInvocation | PlanInvocation | TextInvocation> {
  const given = await parseFlags(args, [...buildFlags, ...settingFlags(settings)]);
  const last = (name: BuildFlagName): string | undefined => given.get(name)?.at(-1);
  const path = (name: BuildFlagName): AbsolutePath | undefined => optionalPath(last(name), cwd);
  const isSet = (name: BuildFlagName): boolean => last(name) === 'true';
  if (isSet('help')) return { type: 'text', text: buildHelp(settings) };
  const version = last('kernel-version');
  const request: ImageRequest = {
    kernelVersion: version === undefined ? undefined : kernelVersion(version),
    hostRoot: path('host-root') ?? pathFrom(cwd, '/'),
    kernelRoot: path('kernel-root'),
    loadedModulesFile: path('loaded-modules'),
    generic: isSet('generic'),
    offline: isSet('offline'),
    assignments: settings.flatMap((setting) =>
      (setting.flag === null ? [] : (given.get(setting.flag) ?? [])).map((value) =>
        toAssignment(setting, value, cwd),
      ),
    ),
    profiles: (given.get('profile') ?? []).flatMap((names) => words(names)),
  };
  const debug = isSet('debug');
  const place = destination(last('output'), last('output-dir'), cwd);
  if (isSet('dry-run')) {
    return { type: 'plan', request, format: isSet('json') ? 'json' : 'text', debug };
  }
  if (isSet('json')) throw new UsageError('Cannot use "--json" alone: it needs "--dry-run"');
  return {
    type: 'build',
    request,
    kernelImage: path('kernel-image'),
    destination: place,
    verbose: isSet('verbose') || debug,
    debug,
  };
}

/** `pkginitrd why NAME`, with the options of `build`. */
export async function parseWhy(
  args: readonly string[],
  cwd: string,
  settings: readonly SettingFlag[],
): Promise<WhyInvocation | TextInvocation> {
  const [subject, ...rest] = args;
  if (subject === '--help' || subject === '-h') return { type: 'text', text: whyHelp() };
  if (subject === undefined || subject.startsWith('-')) {
    throw new UsageError(
      'Cannot tell why without a name: expected a module, a firmware file, a package or a path',
      'Write the name first, as in "pkginitrd why ahci --generic"',
    );
  }
  const build = await parseBuild(rest, cwd, settings);
  if (build.type === 'text') return { type: 'text', text: whyHelp() };
  return { type: 'why', subject, request: build.request, debug: build.debug };
}

/** Flag names to their values in order; a switch's value is "true". */
async function parseFlags(
  args: readonly string[],
  flags: readonly Flag[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const raw = await runYargs(args, flags);
  const [extra] = raw._;
  if (extra !== undefined) {
    throw new UsageError(`Cannot use "${extra}": "build" takes options only`, seeHelp);
  }
  const given = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(raw)) {
    if (name === '_' || name === '$0' || value === undefined) continue;
    if (!flags.some((flag) => flag.name === name)) throw unknownFlag(name, flags);
    const values = [value].flat().map(String);
    given.set(name, values.includes('false') && value === false ? ['false'] : values);
  }
  return given;
}

const seeHelp = 'See "pkginitrd build --help"';

async function runYargs(
  args: readonly string[],
  flags: readonly Flag[],
): Promise<{ readonly _: readonly (string | number)[]; readonly [name: string]: unknown }> {
  const parser = yargs(separated(args, flags))
    .scriptName('pkginitrd')
    // Messages are compared by people who help each other, so they are the same everywhere.
    .detectLocale(false)
    .locale('en')
    .exitProcess(false)
    .help(false)
    .version(false)
    .showHelpOnFail(false)
    .fail((message: string | null, error?: Error) => {
      throw error ?? new UsageError(message ?? 'Cannot read the command line', seeHelp);
    })
    .parserConfiguration({
      // A kernel version 6.10 is no number.
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'dot-notation': false,
      'boolean-negation': false,
      'camel-case-expansion': false,
      'greedy-arrays': false,
      'strip-aliased': true,
    });
  for (const { name, short, argument } of flags) {
    parser.option(name, {
      ...(short === undefined ? {} : { alias: short }),
      ...(argument === null ? { type: 'boolean' } : { type: 'string', requiresArg: true }),
    });
  }
  try {
    return await parser.parse();
  } catch (error) {
    throw betterError(error, flags);
  }
}

/** yargs takes `-k6.10` apart only when the value is a number. */
function separated(args: readonly string[], flags: readonly Flag[]): string[] {
  return args.flatMap((arg) => {
    const [, short, value = ''] = /^-([A-Za-z])([^=].*)$/s.exec(arg) ?? [];
    const flag = flags.find((each) => each.short !== undefined && each.short === short);
    return flag && flag.argument !== null ? [`-${short}`, value] : [arg];
  });
}

function betterError(error: unknown, flags: readonly Flag[]): UsageError {
  const message = error instanceof Error ? error.message : String(error);
  const [, name] = /^Not enough arguments following: (\S+)/.exec(message) ?? [];
  const flag = name === undefined ? undefined : findFlag(name, flags);
  if (!flag) return new UsageError(`Cannot read the command line: ${message}`, seeHelp);
  return new UsageError(
    `Cannot use "--${flag.name}" without a value: expected ${flag.argument ?? 'none'}`,
    'Write a value that begins with "-" after "=", as in --kernel-modules=-usbhid',
  );
}

function findFlag(name: string, flags: readonly Flag[]): Flag | undefined {
  return flags.find((flag) => flag.name === name || flag.short === name);
}

function unknownFlag(name: string, flags: readonly Flag[]): UsageError {
  const shown = name.length === 1 ? `-${name}` : `--${name}`;
  const near = nearestName(
    name,
    flags.map((flag) => flag.name),
  );
  return new UsageError(
    `Cannot use "${shown}": unknown option`,
    near && name.length > 1 ? `Did you mean "--${near}"?` : seeHelp,
  );
}

function optionalPath(raw: string | undefined, cwd: string): AbsolutePath | undefined {
  return raw === undefined ? undefined : pathFrom(cwd, raw);
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

function toAssignment(setting: SettingFlag, value: string, cwd: string): Assignment {
  const hasPaths = setting.type === 'trees' || setting.type === 'scripts';
  return {
    section: setting.section,
    key: setting.key,
    value: hasPaths
      ? words(value)
          .map((word) => listedPath(cwd, word))
          .join('\n')
      : value,
    from: { type: 'flag', flag: `--${setting.flag ?? setting.key}` },
  };
}

/** Lists are split at white space and commas, so that no path in one has either. */
function listedPath(cwd: string, word: string): string {
  const colon = word.indexOf(':');
  const source = pathFrom(cwd, colon < 0 ? word : word.slice(0, colon));
  if (/[\s,:]/.test(source)) {
    throw new UsageError(`Cannot take "${source}" in a list: it has white space, "," or ":" in it`);
  }
  return colon < 0 ? source : `${source}${word.slice(colon)}`;
}

function words(value: string): readonly string[] {
  return value.split(/[\s,]+/).filter((word) => word !== '');
}
