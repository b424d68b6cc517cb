import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { BuildError } from '../model/errors.ts';
import type { Command } from '../model/sys.ts';
import { shellQuote } from './shell-quote.ts';

/** How a program ended, as far as it matters whether that is a failure. */
export interface Ending {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  /** The error of an attempt that did not get as far as a process: ENOENT and the like. */
  readonly code?: string | undefined;
  readonly stderr: string;
}

/** The error that a command's end comes to, undefined where it is a success. */
export function commandFailure(command: Command, ending: Ending): BuildError | undefined {
  const action = cannot(command);
  const missing = missingProgram(command, ending);
  if (missing !== undefined) {
    return new BuildError(`${action}: the program "${missing}" is not installed`, {
      hint: `Install ${missing === 'bwrap' ? 'the package "bubblewrap"' : `the package with "${missing}"`}`,
    });
  }
  if (ending.exitCode !== undefined && (command.okExit ?? [0]).includes(ending.exitCode)) {
    return undefined;
  }
  return new BuildError(
    [`${action}: ${reason(command, ending)}: ${shown(command)}`, ...lastLines(ending.stderr)].join(
      '\n',
    ),
  );
}

export function cancelled(command: Command): BuildError {
  return new BuildError(`${cannot(command)}: the build was cancelled`);
}

export function brokenPipe(command: Command): BuildError {
  return new BuildError(
    `${cannot(command)}: "${command.argv[0]}" ended before it had read its input`,
  );
}

function cannot(command: Command): string {
  return `Cannot ${command.purpose.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())}`;
}

// bubblewrap says in words what execvp(3) said to it, with exit code 1.
function missingProgram(command: Command, ending: Ending): string | undefined {
  const [program] = command.argv;
  if (command.sandbox !== undefined) {
    if (ending.code === 'ENOENT') return 'bwrap';
    return ending.stderr.startsWith(`bwrap: execvp ${program}: No such file`) ? program : undefined;
  }
  return ending.code === 'ENOENT' && existsSync(command.cwd ?? '/') ? program : undefined;
}

function reason(command: Command, ending: Ending): string {
  if (ending.signal !== undefined) return `killed by ${ending.signal}`;
  if (ending.exitCode === undefined) return ending.code ?? 'no exit code';
  const signal = command.sandbox === undefined ? undefined : signalName(ending.exitCode - 128);
  return signal === undefined ? `exit code ${ending.exitCode}` : `killed by ${signal}`;
}

// bubblewrap exits with 128 and the number of the signal that killed its child, as a shell does.
function signalName(number: number): string | undefined {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
}

// A hundred package files in full would push the reason off the screen; they stand in the debug log.
function shown(command: Command): string {
  const line = shellQuote(command.argv);
  return line.length <= mostCharacters ? line : `${line.slice(0, mostCharacters)} …`;
}

const mostCharacters = 400;

function lastLines(stderr: string): readonly string[] {
  return stderr
    .trimEnd()
    .split('\n')
    .slice(-15)
    .filter((line) => line !== '')
    .map((line) => `  ${line}`);
}
