import { posix } from 'node:path';
import type { Bind, Sandbox } from '../model/sys.ts';
import type { View } from './visible.ts';

/** What is found on this machine for a sandbox; see launch(). */
export interface Found {
  readonly directory: string;
  /** Undefined where the whole root can be seen. */
  readonly view: View | undefined;
  /** Names in /proc of what concerns the kernel alone. */
  readonly hiddenInProc: readonly string[];
}

/**
 * The command line that runs `argv` in the sandbox: bubblewrap and its options, then `argv`. Binds are mounted in
 * their order, a later one on top of an earlier one. The seccomp filter is read from descriptor 3.
 */
export function sandboxArgv(
  sandbox: Sandbox,
  argv: readonly string[],
  { directory, view, hiddenInProc }: Found,
): readonly [string, ...string[]] {
  return [
    'bwrap',
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts'],
    ...(sandbox.network ? [] : ['--unshare-net']),
    ...['--hostname', 'localhost'],
    ...['--die-with-parent', '--new-session'],
    ...['--cap-drop', 'ALL'],
    ...capabilities.flatMap((name) => ['--cap-add', name]),
    ...(view === undefined
      ? [sandbox.rootWritable ? '--bind' : '--ro-bind', sandbox.root, '/']
      : []),
    ...['--dev', '/dev'],
    ...procOptions('/proc', hiddenInProc),
    // The root is bound with what is mounted below it; these three hide the machine's own.
    ...['--tmpfs', '/sys'],
    ...['--remount-ro', '/sys'],
    ...['--perms', '1777', '--tmpfs', '/tmp'],
    ...['--tmpfs', '/run'],
    ...(view === undefined ? [] : directoriesOf(view, sandbox.binds)),
    ...(view?.links ?? []).flatMap(({ target, path }) => ['--symlink', target, path]),
    ...(view?.binds ?? []).flatMap(bindOption),
    ...sandbox.binds.flatMap(bindOption),
    ...(sandbox.chroots ?? []).flatMap((directory) => chrootOptions(directory, hiddenInProc)),
    // bubblewrap's own empty root, in which it has made the directories of what can be seen.
    ...(view === undefined ? [] : ['--remount-ro', '/']),
    ...['--seccomp', '3'],
    ...['--chdir', directory],
    '--',
    ...argv,
  ];
}

// Directories on the ways to what can be seen. Those that bubblewrap makes by itself are closed to all but root, and apt
// fetches as a user of its own, who has to find resolv.conf.
function directoriesOf({ links, binds }: View, others: readonly Bind[]): readonly string[] {
  const isBound = new Set(binds.map(({ target }) => target));
  const found = new Set<string>();
  const ends = [
    ...links.map(({ path }) => path),
    ...[...binds, ...others].map(({ target }) => target),
  ];
  for (const path of ends) {
    const above: string[] = [];
    for (let at = posix.dirname(path); at !== '/' && at !== '/run'; at = posix.dirname(at)) {
      above.push(at);
    }
    if (!above.some((at) => isBound.has(at))) for (const at of above) found.add(at);
  }
  return [...found].sort().flatMap((path) => ['--perms', '0755', '--dir', path]);
}

// Capabilities that a package manager and maintainer scripts need: owners, modes, chroot, device nodes, file capabilities, and the
// change to an unprivileged user. Not among them: CAP_SYS_ADMIN, which could mount the host's disk, CAP_SYS_MODULE,
// CAP_SYS_PTRACE, and CAP_DAC_READ_SEARCH, with which open_by_handle_at(2) reaches any file of the file system.
const capabilities = [
  'CAP_AUDIT_WRITE',
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_MKNOD',
  'CAP_SETFCAP',
  'CAP_SETGID',
  'CAP_SETPCAP',
  'CAP_SETUID',
  'CAP_SYS_CHROOT',
];

// A bind of the sandbox's own /dev would forbid its devices, and without one a script's "> /dev/null" makes a file.
function chrootOptions(directory: string, hiddenInProc: readonly string[]): readonly string[] {
  return [
    ...['--dev', `${directory}/dev`],
    ...procOptions(`${directory}/proc`, hiddenInProc),
    ...['--tmpfs', `${directory}/sys`],
    ...['--remount-ro', `${directory}/sys`],
    ...['--perms', '1777', '--tmpfs', `${directory}/tmp`],
    ...['--tmpfs', `${directory}/run`],
  ];
}

// bubblewrap leaves /proc/sys writable for a real root, and a core_pattern is a way out of any sandbox. A bind of a
// device cannot be opened.
function procOptions(at: string, hidden: readonly string[]): readonly string[] {
  return [
    ...['--proc', at],
    ...hidden.flatMap((name) => ['--ro-bind', '/dev/null', `${at}/${name}`]),
    ...['--remount-ro', at],
  ];
}

function bindOption(bind: Bind): readonly string[] {
  return [bind.writable ? '--bind' : '--ro-bind', bind.source, bind.target];
}
