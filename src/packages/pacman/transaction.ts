import { BuildError } from '../../model/errors.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Command, Ran } from '../../model/sys.ts';
import { common, complaint, errorsOf, inside, pacmanCommand } from './layout.ts';

/** Installs archives that all are in a signed database. */
export function installCommand(
  request: PackageRequest,
  keyring: string,
  packages: readonly string[],
): Command {
  return pacmanCommand(request, 'Install the packages', [
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
  return pacmanCommand(request, 'Install the packages', [
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
  return pacmanCommand(request, 'Remove packages', [
    ...common(inside.localConf, keyring),
    ...['--remove', '--nosave', '--nodeps', '--nodeps', ...names],
  ]);
}

/** A scriptlet or hook that failed, which pacman itself takes lightly. */
export function failedScripts(ran: Ran): readonly string[] {
  return errorsOf(ran).filter((line) => /^command (?:failed to execute|terminated by)/.test(line));
}

export function uninstallable(purpose: string, ran: Ran): BuildError {
  if (/No space left on device/.test(ran.stderr)) {
    return new BuildError(`Cannot ${purpose}: no space left on the device`, {
      hint: 'Free some space on that file system, or have the workspace made elsewhere',
    });
  }
  return new BuildError(`Cannot ${purpose}: ${complaint(ran)}`);
}
