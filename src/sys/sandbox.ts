import type { Bind, Sandbox } from '../model/sys.ts';

/**
 * The command line that runs `argv` in the sandbox: bubblewrap and its options, then `argv`. Binds are mounted in
 * their order, a later one on top of an earlier one. The seccomp filter is read from descriptor 3.
 */
export function sandboxArgv(
  sandbox: Sandbox,
  argv: readonly string[],
  directory = '/',
): readonly [string, ...string[]] {
  return [
    'bwrap',
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts'],
    ...(sandbox.network ? [] : ['--unshare-net']),
    ...['--hostname', 'localhost'],
    ...['--die-with-parent', '--new-session'],
    ...['--cap-drop', 'ALL'],
    ...capabilities.flatMap((name) => ['--cap-add', name]),
    ...[sandbox.rootWritable ? '--bind' : '--ro-bind', sandbox.root, '/'],
    ...['--dev', '/dev'],
    // bubblewrap leaves /proc/sys writable for a real root, and a core_pattern is a way out of any sandbox.
    ...['--proc', '/proc'],
    ...['--remount-ro', '/proc'],
    // The root is bound with what is mounted below it; these three hide the machine's own.
    ...['--tmpfs', '/sys'],
    ...['--remount-ro', '/sys'],
    ...['--perms', '1777', '--tmpfs', '/tmp'],
    ...['--tmpfs', '/run'],
    ...sandbox.binds.flatMap(bindOption),
    ...(sandbox.chroots ?? []).flatMap(chrootOptions),
    ...['--seccomp', '3'],
    ...['--chdir', directory],
    '--',
    ...argv,
  ];
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
function chrootOptions(directory: string): readonly string[] {
  return [
    ...['--dev', `${directory}/dev`],
    ...['--proc', `${directory}/proc`],
    ...['--remount-ro', `${directory}/proc`],
    ...['--tmpfs', `${directory}/sys`],
    ...['--remount-ro', `${directory}/sys`],
    ...['--perms', '1777', '--tmpfs', `${directory}/tmp`],
    ...['--tmpfs', `${directory}/run`],
  ];
}

function bindOption(bind: Bind): readonly string[] {
  return [bind.writable ? '--bind' : '--ro-bind', bind.source, bind.target];
}
