import type { AbsolutePath } from '../model/brands.ts';
import type { Bind, Command } from '../model/sys.ts';

export interface ToolCommand {
  /** Left out where the root lacks it. */
  readonly program: string;
  readonly command: Command;
}

/** The root's own tools, in the order in which they build on each other. */
export function toolCommands(root: AbsolutePath, epoch: number): readonly ToolCommand[] {
  return tools.map(({ argv, okExit, purpose }) => ({
    program: argv[0],
    command: { ...inRoot(root, epoch), argv, purpose, ...(okExit === undefined ? {} : { okExit }) },
  }));
}

/** Runs inside the root, which is all it can write; no network. */
export function inRoot(
  root: AbsolutePath,
  epoch: number,
  binds: readonly Bind[] = [],
): Pick<Command, 'env' | 'sandbox'> {
  return {
    env: {
      SOURCE_DATE_EPOCH: String(epoch),
      SYSTEMD_OFFLINE: '1',
      SYSTEMD_IN_CHROOT: '1',
      LANG: 'C.UTF-8',
    },
    sandbox: { root, rootWritable: true, binds, network: false, suppressSync: true },
  };
}

const tools: readonly {
  readonly argv: readonly [string, ...string[]];
  readonly okExit?: readonly number[];
  readonly purpose: string;
}[] = [
  { argv: ['/usr/bin/systemd-sysusers'], purpose: 'Create the system users' },
  {
    argv: ['/usr/bin/systemd-tmpfiles', '--create', '--remove', '--boot', ...excluded()],
    // 65: a line could not be understood, 73: a path could not be made, as for a user of a package that is not here.
    okExit: [0, 65, 73],
    purpose: 'Create the temporary files',
  },
  { argv: ['/usr/bin/systemctl', 'preset-all'], purpose: 'Apply the presets' },
  {
    argv: ['/usr/bin/systemd-hwdb', '--usr', '--strict', 'update'],
    purpose: 'Compile the hardware database',
  },
  { argv: ['/usr/sbin/ldconfig'], purpose: 'Index the libraries' },
];

// systemd mounts these at boot, and hides what would be made there now.
function excluded(): readonly string[] {
  return ['/dev', '/proc', '/run', '/sys', '/tmp'].map((path) => `--exclude-prefix=${path}`);
}
