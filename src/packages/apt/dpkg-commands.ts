import { fnmatch } from '../../formats/fnmatch.ts';
import type { Command } from '../../model/sys.ts';
import { extractSandbox, inside, rootSandbox } from './layout.ts';
import type { PackageRequest } from '../../model/package-request.ts';

/** An archive as the sandboxes see it. */
export interface SeenDeb {
  /** As it was fetched. */
  readonly archive: string;
  /** A copy without compression, which so far ends where the files begin; undefined where the archive has none. */
  readonly plain: string | undefined;
}

/** Extracts archives into the root, with the host's tools and without any script, and completes their copies. */
export function extractCommand(request: PackageRequest, debs: readonly SeenDeb[]): Command {
  return {
    argv: [
      'xargs',
      ...['--null', '--no-run-if-empty', '--max-args=2', '--max-procs=4'],
      ...['bash', '-o', 'pipefail', '-c', extractOne, 'extract'],
      ...['--extract', '--directory', inside.root],
      ...['--preserve-permissions', '--numeric-owner', '--warning=no-timestamp'],
      // A package that ships a file below /lib has a directory entry for /lib, which is a link by now.
      '--keep-directory-symlink',
      ...excluded(request).map((path) => `--exclude=.${path}/*`),
    ],
    stdin: pairs(debs),
    okExit: xargsExit,
    sandbox: extractSandbox(request),
    purpose: 'Extract the essential packages',
  };
}

/** Completes the copies of archives. */
export function decompressCommand(request: PackageRequest, debs: readonly SeenDeb[]): Command {
  return {
    argv: [
      'xargs',
      ...['--null', '--no-run-if-empty', '--max-args=2', '--max-procs=2'],
      ...['sh', '-c', decompressOne, 'sh'],
    ],
    stdin: pairs(debs.filter(({ plain }) => plain !== undefined)),
    okExit: xargsExit,
    sandbox: extractSandbox(request),
    purpose: 'Decompress the packages',
  };
}

/** Unpacks archives: files, dpkg's database, the scripts that run before. */
export function unpackCommand(
  request: PackageRequest,
  epoch: number,
  debs: readonly SeenDeb[],
): Command {
  return {
    argv: [
      ...dpkg,
      ...excluded(request).map((path) => `--path-exclude=${path}/*`),
      ...included(request).map((pattern) => `--path-include=${pattern}`),
      ...['--unpack', ...debs.map(({ archive, plain }) => plain ?? archive)],
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

// Behind tar's arguments stand the archive and its copy: nothing is put into the text of the script.
const extractOne =
  'dpkg-deb --fsys-tarfile "${@: -2:1}" | tee --append -- "${@: -1}" | tar "${@:1:$#-2}"';

const decompressOne = 'dpkg-deb --fsys-tarfile "$1" >>"$2"';

function pairs(debs: readonly SeenDeb[]): string {
  return debs.map(({ archive, plain }) => `${archive}\0${plain ?? '/dev/null'}\0`).join('');
}

// xargs says 123 when any of its commands failed.
const xargsExit = [0, 123];

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

/** True for a path of an archive, without leading slash, that dpkg is told not to unpack. */
export function isExcluded(request: PackageRequest): (path: string) => boolean {
  const [without, but] = [excluded(request), included(request)];
  return (path) =>
    without.some((directory) => `/${path}`.startsWith(`${directory}/`)) &&
    !but.some((pattern) => fnmatch(pattern, `/${path}`));
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
