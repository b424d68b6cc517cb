import { rpmRelationTypes } from '../../formats/rpm-md.ts';
import type { AbsolutePath } from '../../model/brands.ts';
import type { Command } from '../../model/sys.ts';
import type { PackageRequest } from '../driver.ts';
import { inside, installSandbox, managerSandbox } from './layout.ts';

/** Prints name, version and architecture of everything on the host. */
export function installedCommand(request: PackageRequest): Command {
  return {
    argv: ['rpm', '--query', '--all', '--queryformat', nameVersionArchitecture],
    okExit: [0, 1],
    sandbox: managerSandbox(request, false),
    purpose: 'Read which packages the host has installed',
  };
}

/**
 * Prints for packages of the host's database, given as NAME-VERSION-RELEASE.ARCHITECTURE, "=NAME", the header as it was
 * built in base64, and "-" with the states of the files.
 */
export function headersCommand(request: PackageRequest, packages: readonly string[]): Command {
  return {
    argv: [
      'rpm',
      ...['--query', '--queryformat'],
      '=%{NAME}\\n%{HEADERIMMUTABLE:base64}\\n-[%{FILESTATES} ]\\n',
      ...packages,
    ],
    okExit: anyFailure,
    sandbox: managerSandbox(request, false),
    purpose: 'Read the headers of installed packages',
  };
}

/**
 * Prints "@", name, epoch, version, release and architecture of everything on the host, and behind it what it provides,
 * requires and so on: type, name, flags and version.
 */
export function relationsCommand(request: PackageRequest): Command {
  const relations = rpmRelationTypes.map((type) => {
    const tag = type.slice(0, -1).toUpperCase();
    return `[${type}\\t%{${tag}NAME}\\t%{${tag}FLAGS}\\t%{${tag}VERSION}\\n]`;
  });
  const head = ['NAME', 'EPOCHNUM', 'VERSION', 'RELEASE', 'ARCH'].map((tag) => `%{${tag}}`);
  return {
    argv: [
      'rpm',
      ...['--query', '--all', '--queryformat'],
      `@${head.join('\\t')}\\n${relations.join('')}`,
    ],
    okExit: [0, 1],
    sandbox: managerSandbox(request, false),
    purpose: 'Read what the installed packages need of each other',
  };
}

/** Prints package and path of every file of the packages that provide one of `paths`. */
export function fileOwnersCommand(request: PackageRequest, paths: readonly string[]): Command {
  return {
    argv: [
      'rpm',
      ...['--query', '--queryformat', '[%{=NAME}\\t%{FILENAMES}\\n]'],
      ...['--whatprovides', ...paths],
    ],
    // The number of those that nobody provides.
    okExit: anyFailure,
    sandbox: managerSandbox(request, false),
    purpose: 'Read which installed package has which file',
  };
}

/** Prints the public keys that the host's rpm trusts. */
export function hostKeysCommand(request: PackageRequest): Command {
  return {
    argv: ['rpm', '--query', '--all', 'gpg-pubkey', '--queryformat', '%{DESCRIPTION}\\n'],
    okExit: [0, 1],
    sandbox: managerSandbox(request, false),
    purpose: 'Read the keys that the host trusts',
  };
}

/** Makes a system without packages trust those keys. */
export function importKeysCommand(request: PackageRequest): Command {
  return {
    argv: ['rpmkeys', '--root', inside.empty, '--import', `${inside.empty}/keys.asc`],
    sandbox: managerSandbox(request, false),
    purpose: 'Take over the keys that the host trusts',
  };
}

/** Prints file, build time and what else is in the headers of archives, given by their paths in the cache. */
export function describeCommand(request: PackageRequest, files: readonly string[]): Command {
  return {
    argv: [
      'rpm',
      ...['--query', '--package', '--nosignature', '--queryformat'],
      `${nameVersionArchitecture.slice(0, -2)}\\t%{BUILDTIME}\\t%{SOURCERPM}\\t%{LICENSE}\\t%{URL}\\t%{BUGURL}\\n`,
      ...files.map((file) => `${inside.cache}/${file}`),
    ],
    sandbox: managerSandbox(request, false),
    purpose: 'Read what the packages say of themselves',
  };
}

/** Prints of each archive which digests and signatures are right, by the keys that the empty system trusts. */
export function checkCommand(request: PackageRequest, files: readonly string[]): Command {
  return {
    argv: [
      'rpmkeys',
      ...['--root', inside.empty, '--checksig', '--verbose'],
      ...files.map((file) => `${inside.cache}/${file}`),
    ],
    okExit: anyFailure,
    sandbox: managerSandbox(request, false),
    purpose: 'Check digests and signatures of the packages',
  };
}

/** Has the empty system take archives for installed. Nothing is unpacked there. */
export function recordCommand(request: PackageRequest, files: readonly string[]): Command {
  return {
    argv: [
      'rpm',
      ...['--root', inside.empty, '--noplugins', '--install', '--justdb'],
      ...['--nodeps', '--noscripts', '--notriggers', '--nosignature', '--nodigest'],
      ...files.map((file) => `${inside.cache}/${file}`),
    ],
    env: { RPM_FORCE_DEBIAN: '1' },
    sandbox: managerSandbox(request, false),
    purpose: 'Record what need not be fetched',
  };
}

/** Installs all archives in one transaction, scripts included. */
export function installCommand(
  request: PackageRequest,
  epoch: number,
  files: readonly string[],
): Command {
  const { plan, locale } = request;
  return {
    argv: [
      ...rpm,
      '--upgrade',
      // All have been checked by now; the root has no keys yet, which is a failure from rpm 6 on.
      '--nosignature',
      ...(plan.withDocs ? [] : ['--excludedocs']),
      ...(locale === undefined ? [] : ['--define', `_install_langs ${languages(locale)}`]),
      // They are mounted, and a package that owns them fails to set their owners.
      ...['--define', '_netsharedpath /dev:/proc:/sys', '--define', '_tmppath /tmp'],
      ...files.map((file) => `${inside.cache}/${file}`),
    ],
    okExit: anyFailure,
    env: scriptEnvironment(epoch),
    sandbox: installSandbox(request),
    purpose: 'Install the packages',
  };
}

/** Removes packages, whatever depends on them. */
export function eraseCommand(
  request: PackageRequest,
  epoch: number,
  names: readonly string[],
): Command {
  return {
    argv: [...rpm, '--erase', '--nodeps', '--allmatches', ...names],
    okExit: anyFailure,
    env: scriptEnvironment(epoch),
    sandbox: installSandbox(request),
    purpose: 'Remove packages',
  };
}

/** Prints package, mode in decimal and path of every file in the root's database. */
export function ownersCommand(request: PackageRequest): Command {
  return {
    argv: ['rpm', ...['--root', inside.root, '--query', '--all', '--queryformat', nameModeFile]],
    sandbox: installSandbox(request),
    purpose: 'Read which package owns which file',
  };
}

/** The same of a host; nothing where its database cannot be read. */
export function hostOwnersCommand(hostRoot: AbsolutePath): Command {
  return {
    argv: ['rpm', '--query', '--all', '--queryformat', nameModeFile],
    okExit: anyFailure,
    sandbox: { root: hostRoot, rootWritable: false, binds: [], network: false, suppressSync: true },
    purpose: 'Read which package of the host owns which file',
  };
}

const nameModeFile = '[%{=NAME}\\t%{FILEMODES}\\t%{FILENAMES}\\n]';
const nameVersionArchitecture = '%{NAME}\\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\t%{ARCH}\\n';

// The host's plugins label for SELinux, log to the audit system and inhibit shutdown: none of it is for this root.
const rpm = ['rpm', '--root', inside.root, '--noplugins'] as const;

// rpm's exit code is the number of packages that failed.
const anyFailure = Array.from({ length: 256 }, (_, code) => code);

/** "de_DE.UTF-8" as rpm matches it with %lang(de) and %lang(de_DE); with C none is left. */
function languages(locale: string): string {
  const [bare = locale] = locale.split(/[.@]/);
  return [...new Set([locale, bare, bare.split('_')[0]])].join(':');
}

function scriptEnvironment(epoch: number): Readonly<Record<string, string>> {
  return {
    SOURCE_DATE_EPOCH: `${epoch}`,
    SYSTEMD_OFFLINE: '1',
    SYSTEMD_IN_CHROOT: '1',
    // Both are done once, when everything is there.
    SYSTEMD_HWDB_UPDATE_BYPASS: '1',
    KERNEL_INSTALL_BYPASS: '1',
    LC_ALL: 'C.UTF-8',
    // Debian's rpm refuses to install otherwise.
    RPM_FORCE_DEBIAN: '1',
  };
}
