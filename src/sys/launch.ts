import type { Command } from '../model/sys.ts';
import { withNameServers } from './name-servers.ts';
import { wayIntoSandbox } from './enter-sandbox.ts';
import { sandboxArgv } from './sandbox.ts';
import { sandboxFilter } from './seccomp.ts';

/** A command as the operating system gets it. */
export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The content of descriptor 3 and those after it; sandboxArgv() expects the seccomp filter on 3. */
  readonly descriptors: readonly Uint8Array[];
}

/** `proxies` are variables for what has the network: credentials may be among them, which nothing else is to see. */
export function launch(command: Command, proxies: Readonly<Record<string, string>>): Launch {
  const { sandbox, cwd = '/' } = command;
  const [file = '', ...args] =
    sandbox === undefined
      ? command.argv
      : [...wayIntoSandbox(), ...sandboxArgv(withNameServers(sandbox), command.argv, cwd)];
  return {
    file,
    args,
    env: {
      ...defaultEnvironment,
      ...(sandbox?.network === true ? proxies : {}),
      ...command.env,
    },
    cwd: sandbox === undefined ? cwd : '/',
    descriptors: sandbox === undefined ? [] : [sandboxFilter(sandbox)],
  };
}

const defaultEnvironment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
  HOME: '/',
};
