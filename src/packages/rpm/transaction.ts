import type { AbsolutePath } from '../../model/brands.ts';
import { BuildError } from '../../model/errors.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Command, Ran } from '../../model/sys.ts';
import { anyFailure, inside, installSandbox, managerSandbox } from './layout.ts';

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

export interface FailedScript {
  /** "%post", "%pre", "%posttrans". */
  readonly script: string;
  readonly name: string;
  readonly reason: string;
}

/** rpm's "warning: %post(less-668-1.x86_64) scriptlet failed, exit status 3", and the same as an error. */
export function parseFailedScripts(stderr: string): readonly FailedScript[] {
  return stderr.split('\n').flatMap((line) => {
    const [, script, rpm, reason] =
      /^(?:warning|error): (%\w+)\((\S+)\) scriptlet failed, (.*)$/.exec(line) ?? [];
    if (script === undefined || rpm === undefined || reason === undefined) return [];
    return [{ script, name: rpm.replace(/-[^-]+-[^-]+$/, ''), reason }];
  });
}

/**
 * True if a failed rpm has installed everything and only complains of scripts that ran afterwards: rpm 6 says so by its
 * exit code, too.
 */
export function hasOnlyWarned(stderr: string): boolean {
  return (
    /^warning: %\w+\(\S+\) scriptlet failed, /m.test(stderr) &&
    !/^error: (?!failed to exec scriptlet interpreter)/m.test(stderr)
  );
}

/** `ran` is an rpm that failed to install or remove. */
export function rpmFailure(purpose: string, ran: Ran, root: AbsolutePath): BuildError {
  const lower = purpose.charAt(0).toLowerCase() + purpose.slice(1);
  if (/No space left on device|needs \d+\w* more space/.test(ran.stderr)) {
    return new BuildError(`Cannot ${lower} in "${root}": no space left on the device`, {
      hint: 'Free some space on that file system, or have the workspace made elsewhere',
    });
  }
  const [script] = parseFailedScripts(ran.stderr);
  const what =
    script === undefined
      ? `Cannot ${lower}: rpm failed`
      : `Cannot install "${script.name}": its ${script.script} script failed, ${script.reason}`;
  const story = ran.stderr
    .split('\n')
    .filter((line) => line !== '')
    .slice(-12);
  return new BuildError([what, ...story.map((line) => `  ${line}`)].join('\n'));
}

// The host's plugins label for SELinux, log to the audit system and inhibit shutdown: none of it is for this root.
const rpm = ['rpm', '--root', inside.root, '--noplugins'] as const;

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
