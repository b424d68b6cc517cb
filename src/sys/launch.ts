import { existsSync } from 'node:fs';
import type { Command, Sandbox } from '../model/sys.ts';
import { withNameServers } from './name-servers.ts';
import { wayIntoSandbox } from './enter-sandbox.ts';
import { sandboxArgv, type Found } from './sandbox.ts';
import { sandboxFilter } from './seccomp.ts';
import { viewOf } from './visible.ts';

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
      : [
          ...wayIntoSandbox(),
          ...sandboxArgv(withNameServers(sandbox), command.argv, found(sandbox, cwd)),
        ];
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

function found({ root, visible }: Sandbox, directory: string): Found {
  return {
    directory,
    view:
      visible &&
      viewOf(
        root,
        visible.map(({ path }) => path),
      ),
    hiddenInProc: ofTheKernel.filter((name) => existsSync(`/proc/${name}`)),
  };
}

// Its memory, addresses, keys and log: no program of a package asks for them, and root may read them.
const ofTheKernel = [
  ...['kcore', 'kmsg', 'kallsyms', 'vmallocinfo', 'slabinfo', 'timer_list', 'sched_debug'],
  ...['keys', 'key-users', 'kpagecount', 'kpageflags', 'kpagecgroup', 'latency_stats'],
];

const defaultEnvironment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
  HOME: '/',
};
