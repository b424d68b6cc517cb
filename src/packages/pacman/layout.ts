import { absolutePath, type AbsolutePath } from '../../model/brands.ts';
import { BuildError } from '../../model/errors.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Command, Ran, Sandbox } from '../../model/sys.ts';
import { fetching, programs, userNames } from '../shared/visible.ts';

/** Paths inside the sandboxes: below /run, which every sandbox has of its own. */
export const inside = {
  state: '/run/pkginitrd',
  archives: '/run/pkginitrd/archives',
  hooks: '/run/pkginitrd/hooks',
  conf: '/run/pkginitrd/pacman.conf',
  localConf: '/run/pkginitrd/local.conf',
  root: '/run/pkginitrd-root',
  database: '/run/pkginitrd-root/var/lib/pacman',
};

/** The same on this machine. */
export interface PacmanPaths {
  readonly root: AbsolutePath;
  readonly state: AbsolutePath;
  readonly archives: AbsolutePath;
  /** Archives and signatures kept from build to build. */
  readonly cache: AbsolutePath;
}

export function pacmanPaths({
  workspace,
  room = workspace,
  hostRoot,
}: PackageRequest): PacmanPaths {
  return {
    root: absolutePath(`${room}/root`),
    state: absolutePath(`${workspace}/pacman`),
    archives: absolutePath(`${workspace}/pacman/archives`),
    cache: absolutePath(`${hostRoot}/${keptArchives}`),
  };
}

/** The repository of what the host has installed. */
export const installedRepository = 'pkginitrd-installed';

export const keptArchives = 'var/cache/pkginitrd/pacman';

/**
 * The host's pacman, with what lies where its configuration says to be added. Scripts and hooks run in the root under
 * construction, to which pacman changes, with a /dev and a /proc of their own; one that leaves it finds programs.
 */
function pacmanSandbox(request: PackageRequest): Sandbox {
  const { root, state } = pacmanPaths(request);
  return {
    root: request.hostRoot,
    visible: [...programs, ...userNames],
    rootWritable: false,
    binds: [
      { source: state, target: inside.state, writable: false },
      { source: root, target: inside.root, writable: true },
    ],
    chroots: [inside.root],
    network: false,
    suppressSync: true,
  };
}

/** For pacman that fetches into the archives. No script of a package runs here. */
export function fetchSandbox(request: PackageRequest, network: boolean): Sandbox {
  const { archives } = pacmanPaths(request);
  const { binds, ...sandbox } = pacmanSandbox(request);
  return {
    ...sandbox,
    visible: [...programs, ...userNames, ...fetching],
    binds: [...binds, { source: archives, target: inside.archives, writable: true }],
    network,
  };
}

// The keyring is all that these options take from the host. Hooks in the host's /etc maintain the host itself.
export function common(conf: string, keyring: string): readonly string[] {
  return [
    ...['--config', conf],
    ...['--root', inside.root],
    ...['--dbpath', inside.database],
    ...['--cachedir', inside.archives],
    ...['--gpgdir', keyring],
    ...['--hookdir', inside.hooks],
    ...['--logfile', '/dev/null'],
    ...['--noconfirm', '--noprogressbar'],
    ...['--color', 'never'],
  ];
}

export function pacmanCommand(
  request: PackageRequest,
  purpose: string,
  args: readonly string[],
): Command {
  return {
    argv: ['pacman', ...args],
    okExit: [0, 1],
    env: {
      SYSTEMD_OFFLINE: '1',
      SYSTEMD_IN_CHROOT: '1',
      // Both are done once, when everything is there.
      SYSTEMD_HWDB_UPDATE_BYPASS: '1',
      KERNEL_INSTALL_BYPASS: '1',
    },
    sandbox: pacmanSandbox(request),
    purpose,
  };
}

/** pacman's refusal where a key or a signature is what it lacks. */
export function keyProblem(ran: Ran, packages: readonly string[] = []): BuildError | undefined {
  const text = `${ran.stdout}\n${ran.stderr}`;
  const isKey =
    /keyring is not writable|Public keyring not found|required key missing from keyring|unknown trust|missing required signature|key "\w+" could not be looked up|is unknown\b/.test(
      text,
    ) || /PGP signature/.test(text);
  if (!isKey) return undefined;
  // pacman says neither which package nor which key.
  const repositories = new Set(packages.map((name) => `"${name.replace(/\/.*/, '')}"`));
  const whose = repositories.size === 0 ? '' : ` of ${[...repositories].join(', ')}`;
  return new BuildError(`Cannot trust the packages${whose}: ${complaint(ran)}`, {
    hint: 'Run "pacman-key --init", "pacman-key --populate" and "pacman -Syu"',
  });
}

/** pacman's own complaint. */
export function complaint(ran: Ran): string {
  const said = [...errorsOf(ran), ...detailsOf(ran)].join('; ');
  return said || ran.stderr.trim() || 'pacman gave no reason';
}

// "could not satisfy dependencies" stands among the errors, and which of them among the progress.
function detailsOf({ stdout, stderr }: Ran): readonly string[] {
  return `${stdout}\n${stderr}`.split('\n').flatMap((line) => {
    const [, detail] =
      /^(?:::|warning:) (unable to satisfy dependency .*|cannot resolve ".*|.* breaks dependency .*|.* are in conflict\b.*)$/.exec(
        line,
      ) ?? [];
    return detail === undefined ? [] : [detail];
  });
}

export function errorsOf(ran: Ran): readonly string[] {
  return ran.stderr
    .split('\n')
    .filter((line) => line.startsWith('error: ') && line !== readOnly)
    .map((line) => line.slice('error: '.length));
}

// The host is read-only on purpose; importing a key is the user's job.
const readOnly = 'error: keyring is not writable';
