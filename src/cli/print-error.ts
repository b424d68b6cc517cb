import { BuildError, UsageError } from '../model/errors.ts';

/** The text for stderr and the exit code. Any error but UsageError and BuildError is a bug, and shows its stack. */
export function printError(error: unknown): { text: string; exitCode: 1 | 2 } {
  if (error instanceof UsageError) return { text: lines(error), exitCode: 2 };
  if (error instanceof BuildError) return { text: lines(error), exitCode: 1 };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    text: `pkginitrd: Cannot go on: a bug in pkginitrd; the old image stays\n${stack}\n`,
    exitCode: 1,
  };
}

function lines(error: UsageError | BuildError): string {
  const hint = error.hint === undefined ? '' : `hint: ${error.hint}\n`;
  return `pkginitrd: ${error.message}\n${hint}`;
}
