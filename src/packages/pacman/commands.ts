import type { Command } from '../../model/sys.ts';
import type { PackageRequest } from '../driver.ts';
import { inside, pacmanSandbox } from './layout.ts';

/** Prints repository, name, version, size and location of everything the request comes to. */
export function resolveCommand(request: PackageRequest, keyring: string): Command {
  return pacman(request, 'Resolve the packages', [
    ...common(inside.conf, keyring),
    ...['--sync', '--print', '--print-format', printFormat],
    ...request.plan.install.map(({ value }) => value),
  ]);
}

/**
 * Fetches what is not among the archives yet, and checks digests and signatures of all, given as `REPOSITORY/NAME`.
 * Dependencies are among them.
 */
export function downloadCommand(
  request: PackageRequest,
  keyring: string,
  packages: readonly string[],
  network: boolean,
): Command {
  const command = pacman(request, 'Fetch the packages', [
    ...common(inside.conf, keyring),
    ...['--sync', '--downloadonly', '--nodeps', '--nodeps', ...packages],
  ]);
  return { ...command, sandbox: pacmanSandbox(request, network) };
}

/** Installs archives that all are in a signed database. */
export function installCommand(
  request: PackageRequest,
  keyring: string,
  packages: readonly string[],
): Command {
  return pacman(request, 'Install the packages', [
    ...common(inside.conf, keyring),
    ...['--sync', ...packages],
  ]);
}

/** Installs archives, given by file name, some of which are made of the installed system. */
export function installFilesCommand(
  request: PackageRequest,
  keyring: string,
  files: readonly string[],
): Command {
  return pacman(request, 'Install the packages', [
    ...common(inside.localConf, keyring),
    ...['--upgrade', ...files.map((file) => `${inside.archives}/${file}`)],
  ]);
}

/** Removes packages, whatever depends on them, together with their configuration. */
export function removeCommand(
  request: PackageRequest,
  keyring: string,
  names: readonly string[],
): Command {
  return pacman(request, 'Remove packages', [
    ...common(inside.localConf, keyring),
    ...['--remove', '--nosave', '--nodeps', '--nodeps', ...names],
  ]);
}

const printFormat = '%r %n %v %s %l';

// Of the host only the keyring is used by this; hooks of the host's /etc are about the host.
function common(conf: string, keyring: string): readonly string[] {
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

function pacman(request: PackageRequest, purpose: string, args: readonly string[]): Command {
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
    sandbox: pacmanSandbox(request, false),
    purpose,
  };
}
