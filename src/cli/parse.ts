import { UsageError } from '../model/errors.ts';
import type { Invocation } from '../model/invocation.ts';
import { nearestName } from '../formats/nearest-name.ts';
import { familiarHint } from './familiar-flags.ts';
import type { SettingFlag } from './flags.ts';
import { commands, topHelp } from './help.ts';
import { parseKernelHook } from './kernel-hook.ts';
import { parseKernelEntry } from './kernel-entry.ts';
import { parseKernelRescue } from './kernel-rescue.ts';
import { parseKernelInstall } from './kernel-install.ts';
import {
  parseClean,
  parseDoctor,
  parseRefresh,
  parseRollback,
  parseStatus,
} from './parse-others.ts';
import { parseDiff, parseExtract, parseList } from './parse-inspect.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ToolFacts {
  readonly version: string;
  /** The settings table. */
  readonly settings: readonly SettingFlag[];
}

/** Reads the arguments after the program's name. Throws UsageError. */
export async function parseCommandLine(
  argv: readonly string[],
  env: Environment,
  cwd: string,
  tool: ToolFacts,
): Promise<Invocation> {
  const [command, ...rest] = argv;
  switch (command) {
    case undefined:
      throw new UsageError('Cannot run without a command', 'See "pkginitrd --help"');
    case '-h':
    case '--help':
    case 'help':
      return { type: 'text', text: topHelp() };
    case '--version':
      return { type: 'text', text: `pkginitrd ${tool.version}\n` };
    case 'kernel-install':
      return parseKernelInstall(rest, env, cwd);
    case 'completion': {
      const { completion } = await import('./completion.ts');
      return { type: 'text', text: completion(rest[0], tool.settings) };
    }
    case 'kernel-hook':
      return parseKernelHook(rest, cwd);
    case 'kernel-entry':
      return parseKernelEntry(rest, env, cwd);
    case 'kernel-rescue':
      return parseKernelRescue(rest, cwd);
    case 'build': {
      // Loading yargs takes longer than a run of the plugin that has nothing to do.
      const { parseBuild } = await import('./parse-build.ts');
      return parseBuild(rest, cwd, tool.settings);
    }
    case 'why': {
      const { parseWhy } = await import('./parse-why.ts');
      return parseWhy(rest, cwd, tool.settings);
    }
    case 'status':
      return parseStatus(rest);
    case 'refresh':
      return parseRefresh(rest);
    case 'doctor':
      return parseDoctor(rest, cwd);
    case 'rollback':
      return parseRollback(rest);
    case 'clean':
      return parseClean(rest, cwd);
    case 'list':
      return parseList(rest, cwd);
    case 'extract':
      return parseExtract(rest, cwd);
    case 'diff':
      return parseDiff(rest, cwd);
    default:
      throw unknownCommand(command);
  }
}

function unknownCommand(command: string): UsageError {
  if (command.startsWith('-')) {
    return new UsageError(
      `Cannot use "${command}" before a command`,
      familiarHint(command) ?? 'See "pkginitrd --help"',
    );
  }
  const near = nearestName(command, commands);
  return new UsageError(
    `Cannot run "${command}": unknown command`,
    near ? `Did you mean "${near}"?` : 'See "pkginitrd --help"',
  );
}
