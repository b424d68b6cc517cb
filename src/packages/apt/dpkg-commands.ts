import type { Command } from '../../model/sys.ts';
import { extractSandbox, inside, rootSandbox } from './layout.ts';
import type { PackageRequest } from '../../model/package-request.ts';

/** Extracts archives into the root, with the host's tools and without any script. */
export function extractCommand(request: PackageRequest, files: readonly string[]): Command {
  return {
    argv: [
      'xargs',
      ...['--null', '--max-args=1', '--max-procs=4'],
      ...['bash', '-o', 'pipefail', '-c', extractOne, 'extract'],
      ...['--extract', '--directory', inside.root],
      ...['--preserve-permissions', '--numeric-owner', '--warning=no-timestamp'],
      // A package that ships a file below /lib has a directory entry for /lib, which is a link by now.
      '--keep-directory-symlink',
      ...excluded(request).map((path) => `--exclude=.${path}/*`),
    ],
    stdin: files.map((file) => `${inside.archives}/${file}\0`).join(''),
    // xargs says 123 when any of its commands failed.
    okExit: [0, 123],
    sandbox: extractSandbox(request),
    purpose: 'Extract the essential packages',
  };
}

/** Unpacks every archive: files, dpkg's database, the scripts that run before. */
export function unpackCommand(
  request: PackageRequest,
  epoch: number,
  files: readonly string[],
): Command {
  return {
    argv: [
      ...dpkg,
      ...excluded(request).map((path) => `--path-exclude=${path}/*`),
      ...included(request).map((pattern) => `--path-include=${pattern}`),
      ...['--unpack', ...files.map((file) => `${inside.archives}/${file}`)],
    ],
    okExit: [0, 1, 2],
    env: scriptEnvironment(epoch),
    sandbox: rootSandbox(request),
    purpose: 'Unpack the packages',
  };
}

/** Runs the scripts that make unpacked packages ready for use. */
export function configureCommand(request: PackageRequest, epoch: number): Command {
  return {
    argv: [...dpkg, '--configure', '--pending'],
    okExit: [0, 1, 2],
    env: scriptEnvironment(epoch),
    sandbox: rootSandbox(request),
    purpose: 'Configure the packages',
  };
}

/** Removes packages together with their configuration, whatever depends on them. */
export function purgeCommand(
  request: PackageRequest,
  epoch: number,
  names: readonly string[],
): Command {
  return {
    argv: [...dpkg, ...['--force-remove-protected', '--purge', ...names]],
    okExit: [0, 1, 2],
    env: scriptEnvironment(epoch),
    sandbox: rootSandbox(request),
    purpose: 'Remove packages',
  };
}

// $1 to the last but one are tar's arguments, the last is the archive: nothing is put into the text of the script.
const extractOne = 'dpkg-deb --fsys-tarfile "${@: -1}" | tar "${@:1:$#-1}"';

// All is unpacked before anything is configured, so dependencies are out of order on the way. A question about a
// changed configuration file cannot be answered here, and no log is kept.
const dpkg = [
  ...['dpkg', '--log=/dev/null'],
  ...['--force-depends', '--force-unsafe-io'],
  ...['--force-confdef', '--force-confold'],
] as const;

function scriptEnvironment(epoch: number): Readonly<Record<string, string>> {
  return {
    DEBIAN_FRONTEND: 'noninteractive',
    DEBCONF_NONINTERACTIVE_SEEN: 'true',
    SOURCE_DATE_EPOCH: `${epoch}`,
    SYSTEMD_OFFLINE: '1',
    SYSTEMD_IN_CHROOT: '1',
    // Both are done once, when everything is there.
    SYSTEMD_HWDB_UPDATE_BYPASS: '1',
    KERNEL_INSTALL_BYPASS: '1',
    INITRD: 'No',
    LC_ALL: 'C.UTF-8',
  };
}

function excluded({ plan, locale }: PackageRequest): readonly string[] {
  return [
    ...(plan.withDocs ? [] : documentation.map((name) => `/usr/share/${name}`)),
    ...(locale === undefined ? [] : ['/usr/share/locale']),
  ];
}

const documentation = ['doc', 'man', 'info', 'groff', 'gtk-doc'];

// The licences ask that the copyright stays with the files.
function included({ plan, locale }: PackageRequest): readonly string[] {
  const language = locale?.split(/[_.@]/)[0] ?? 'C';
  return [
    ...(plan.withDocs ? [] : ['/usr/share/doc/*/copyright']),
    ...(['C', 'POSIX'].includes(language)
      ? []
      : [`/usr/share/locale/${language}/*`, `/usr/share/locale/${language}_*`]),
  ];
}
