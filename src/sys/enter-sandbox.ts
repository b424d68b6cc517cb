import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { BuildError } from '../model/errors.ts';

/**
 * The words before bubblewrap's command line that make it work where we are. pivot_root(2) wants a `/` that is a mount
 * point below a private mount. In a chroot, as installers and rescue systems make it, there is none: one is made in a
 * mount namespace of our own. Tried once, the answer stays while the process runs.
 * @throws BuildError that names what this machine or container does not allow
 */
export function wayIntoSandbox(): readonly string[] {
  known ??= findWay();
  return known;
}

let known: readonly string[] | undefined;

function findWay(): readonly string[] {
  const direct = tryWay([]);
  // Without the program the command itself fails, and says what to install.
  if (direct === undefined || direct.missing) return [];
  const around = tryWay(throughOwnRoot);
  if (around === undefined) return throughOwnRoot;
  throw new BuildError(`Cannot make a sandbox: ${obstacle() ?? direct.message}`, {
    hint: 'Packages\' scripts run in namespaces of their own; a container has to be started with CAP_SYS_ADMIN (for example "--privileged")',
  });
}

// A mount below a shared one would appear on the host and stay there. /proc is a mount of its own in every chroot
// that works, so it can be made private, and /proc/driver is there in every kernel.
const throughOwnRoot: readonly string[] = [
  ...['unshare', '--mount', '--propagation', 'unchanged', '--', 'sh', '-c'],
  'mount --make-private /proc && mount --rbind / /proc/driver && mount --make-rprivate /proc/driver && exec chroot /proc/driver "$@"',
  'sh',
];

interface Refusal {
  readonly missing: boolean;
  readonly message: string;
}

function tryWay(prefix: readonly string[]): Refusal | undefined {
  const [file = 'bwrap', ...args] = [
    ...prefix,
    ...['bwrap', '--unshare-pid', '--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev'],
    ...['--', '/bin/sh', '-c', ':'],
  ];
  const { error, status, stderr } = spawnSync(file, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
  });
  if (error !== undefined) return { missing: true, message: error.message };
  if (status === 0) return undefined;
  return { missing: false, message: stderr.trim().split('\n').at(-1) ?? `exit code ${status}` };
}

function obstacle(): string | undefined {
  if (!existsSync('/proc/self/status')) return '/proc is not mounted (mount -t proc proc /proc)';
  if (!mayAdminister()) return 'this process has no CAP_SYS_ADMIN, as in an unprivileged container';
  for (const kind of ['mnt', 'pid', 'ipc', 'uts', 'net']) {
    const limit = `/proc/sys/user/max_${kind}_namespaces`;
    if (existsSync(limit) && readFileSync(limit, 'utf8').trim() === '0') {
      return `no ${kind} namespaces may be made here (${limit} is 0)`;
    }
  }
  return undefined;
}

// capabilities(7): CAP_SYS_ADMIN is bit 21 of the effective set.
function mayAdminister(): boolean {
  const set = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return set === undefined || ((BigInt(`0x${set}`) >> 21n) & 1n) === 1n;
}
