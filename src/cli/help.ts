import { buildFlags, otherFlags, settingFlags, type Flag, type SettingFlag } from './flags.ts';

export const commands = [
  'build',
  'clean',
  'completion',
  'diff',
  'doctor',
  'extract',
  'kernel-entry',
  'kernel-hook',
  'kernel-install',
  'kernel-rescue',
  'list',
  'refresh',
  'rollback',
  'status',
  'why',
] as const;

/** Fits a terminal of 24 lines. */
export function topHelp(): string {
  return `pkginitrd builds initrds out of the distribution's packages, see pkginitrd(8).

Usage: pkginitrd COMMAND [OPTIONS]

Commands:
  build             Build an initrd; "pkginitrd build --help" lists the options
  status            Say which images a build now would change, and why
  refresh           Build anew what status says a build would change
  rollback [KERNEL] Boot the image before the last build again
  why NAME…         Say what brings a module, package, file … into it
  list IMAGE, extract IMAGE DIR, diff IMAGE IMAGE    Look into any initrd
  doctor --last-boot    Say why a boot stopped in the initrd
  clean, completion SHELL    Empty the caches, complete in bash, zsh or fish
  kernel-install, kernel-entry, kernel-hook, kernel-rescue    Run by hooks

  -h, --help, --version    Show this text, show the version

Examples:
  pkginitrd build --output /boot/initrd.img
  pkginitrd build --generic --profile nfs --dry-run

Exit codes: 0 done or nothing to do, 1 the build failed and the old image stays,
2 the command line or a drop-in is wrong, 3 status, diff: there is a difference.
`;
}

export function buildHelp(settings: readonly SettingFlag[]): string {
  return `Usage: pkginitrd build [OPTIONS]

Options:
${describe(buildFlags)}
Settings, as in pkginitrd.conf(5); lists are added to, an empty value resets:
${describe(settingFlags(settings))}`;
}

export function whyHelp(): string {
  return `Usage: pkginitrd why [OPTIONS] NAME…

Says what brings each of these into the image that "pkginitrd build" with the same options
would make, down to the line of a drop-in or the device of the host: modules, firmware,
packages (as root those that come by dependency, too), profiles, files by path or name.
Of modules and profiles that are not in it, says what would take them. With --json for
programs. "pkginitrd build --help" lists the other options.

Exit codes: 0 all names are known, 1 one is not, 2 the command line or a drop-in is wrong.
`;
}

export function statusHelp(): string {
  return `Usage: pkginitrd status [--json]

Says for each image that pkginitrd has placed if a build now, with the same options,
would come to another one, and why: package, drop-in, profile, module, firmware, program.
Builds nothing.

Options:
${describe(otherFlags.status)}
Exit codes: 0 all are up to date, 3 a build would change one; others as of all commands.
`;
}

export function doctorHelp(): string {
  return `Usage: pkginitrd doctor --last-boot [--host-root DIR] [--json]

An initrd that does not come to its root keeps what it knows, in the firmware or on the ESP,
and the next boot that does collects it. Says which device was waited for, which disks there
were, and which drivers, profiles and programs were not in that image though a device, a disk
or a unit asked for them: with the line of a drop-in, or the setting, that decided.

Options:
${describe(otherFlags.doctor)}
Exit codes: 0 done, also where there is no record; others as of all commands.
`;
}

export function refreshHelp(): string {
  return `Usage: pkginitrd refresh

Builds the images of installed kernels anew that "pkginitrd status" says a build would
change, each with a line that says why. Images that "pkginitrd build" has written, and one
that is not the one that was placed, as after a rollback, are left as they are. It is run by
pkginitrd-refresh.service after packages have changed; Refresh=no turns it off.

Options:
${describe(otherFlags.refresh)}
Exit codes: 0 done or nothing to do, 1 an image could not be built and the old one stays.
`;
}

export function rollbackHelp(): string {
  return `Usage: pkginitrd rollback [KERNEL]

Exchanges a kernel's image with the one before the last build, which is kept as a boot entry
of its own (KeepPrevious=): the main entry boots it again. A second call exchanges them back.
Without KERNEL for the one that runs.

Options:
${describe(otherFlags.rollback)}
Exit codes: 0 done, 1 there is no previous image, 2 the command line is wrong.
`;
}

export function cleanHelp(): string {
  return `Usage: pkginitrd clean [parts] [archives] [--host-root DIR]

Removes what earlier builds have kept in /var/cache/pkginitrd: parts of images, and
archives of packages that pkginitrd has fetched. Both where neither is named.

Options:
${describe(otherFlags.clean)}`;
}

export function listHelp(): string {
  return `Usage: pkginitrd list [OPTIONS] IMAGE [PATH…]

Shows what the kernel makes of an initrd, ours or another generator's, or of that in a
unified kernel image: its parts, and every file with mode, owner and group, size, part and
package. A PATH may be a directory or a shell pattern; a name without a slash is looked for
in every directory.

Options:
${describe(otherFlags.list)}
Exit codes: 0 done, 1 the image is damaged or has no such path; 2 as of all commands.
`;
}

export function extractHelp(): string {
  return `Usage: pkginitrd extract [OPTIONS] IMAGE DIR [PATH…]

Unpacks an initrd, or that of a unified kernel image, into a new or empty directory: all
of it, or what "pkginitrd list" shows for the same PATH. Nothing outside of DIR is written.

Options:
${describe(otherFlags.extract)}
Exit codes: 0 done, 1 not all could be unpacked; 2 as of all commands.
`;
}

export function diffHelp(): string {
  return `Usage: pkginitrd diff [--json] IMAGE IMAGE

Compares what two initrds unpack to: packages, modules, all other files, and sizes. Times
and the order of files do not count.

Options:
${describe(otherFlags.diff)}
Exit codes: 0 they unpack to the same, 3 they differ, 1 one cannot be read;
2 as of all commands.
`;
}

function describe(flags: readonly Flag[]): string {
  const left = flags.map(
    ({ name, short, argument }) =>
      `  ${short ? `-${short}, ` : '    '}--${name}${argument === null ? '' : ` ${argument}`}`,
  );
  const width = Math.max(...left.map((text) => text.length));
  return flags.map((flag, index) => `${left[index]?.padEnd(width)}  ${flag.help}\n`).join('');
}
