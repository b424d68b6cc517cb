import yargs from 'yargs';
import { UsageError } from '../model/errors.ts';
import { nearestName } from '../formats/nearest-name.ts';
import { familiarHint } from './familiar-flags.ts';
import type { BuildFlagName, Flag } from './flags.ts';

export interface CommandWords {
  /** Flag names to their values in order; a switch's value is "true". */
  readonly given: Given;
  readonly names: readonly string[];
}

export type Given = ReadonlyMap<string, readonly string[]>;

export async function parseFlags(
  args: readonly string[],
  flags: readonly Flag[],
): Promise<CommandWords> {
  const raw = await runYargs(args, flags);
  const given = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(raw)) {
    if (name === '_' || name === '$0' || value === undefined) continue;
    if (!flags.some((flag) => flag.name === name)) throw unknownFlag(name, flags);
    const values = [value].flat().map(String);
    given.set(name, values.includes('false') && value === false ? ['false'] : values);
  }
  return { given, names: raw._.map(String) };
}

export function last(given: Given, name: BuildFlagName): string | undefined {
  return given.get(name)?.at(-1);
}

export function isSet(given: Given, name: BuildFlagName): boolean {
  return last(given, name) === 'true';
}

export const seeHelp = 'See "pkginitrd build --help"';

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
    familiarHint(shown) ?? (near && name.length > 1 ? `Did you mean "--${near}"?` : seeHelp),
  );
}
