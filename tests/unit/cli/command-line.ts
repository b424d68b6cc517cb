import { parseCommandLine } from '../../../src/cli/parse.ts';
import { settings } from '../../../src/config/settings.ts';
import { UsageError } from '../../../src/model/errors.ts';
import type { BuildInvocation, Invocation } from '../../../src/model/invocation.ts';

export function run(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Invocation> {
  return parseCommandLine(argv, env, '/home/u', { version: '1.2.3', settings });
}

export async function build(...args: readonly string[]): Promise<BuildInvocation> {
  const invocation = await run(['build', ...args]);
  if (invocation.type !== 'build') throw new Error(`Got ${invocation.type}`);
  return invocation;
}

export async function usageError(
  argv: readonly string[],
): Promise<readonly [string, string | undefined]> {
  try {
    await run(argv);
  } catch (error) {
    if (error instanceof UsageError) return [error.message, error.hint];
    throw error;
  }
  throw new Error('Expected an error');
}
