/** What options of other generators are called here: people type what their fingers know. */
const familiar: readonly (readonly [flags: readonly string[], hint: string])[] = [
  [['--kver'], 'dracut\'s --kver is "--kernel-version VERSION" here'],
  [
    ['--force', '-f'],
    'An image that is there is replaced when the new one is whole: no option is needed',
  ],
  [['--hostonly', '-H'], 'An image for this machine is what is built without an option'],
  [['--no-hostonly', '-N', '-A'], 'An image for any machine is built with "--generic"'],
  [
    ['--add-drivers', '--force-drivers', '--drivers', '-d', '--modules', '-M'],
    'Kernel modules are named with "--kernel-modules=NAME", or KernelModules= in a drop-in',
  ],
  [['--omit-drivers', '--omit'], 'Leave modules out with "--kernel-modules=-NAME"'],
  [
    ['--add', '-a', '-m', '--addhooks', '--hooks', '-S', '--skiphooks'],
    'What dracut has as modules and mkinitcpio as hooks are profiles: "--profile NAME"',
  ],
  [
    ['--install', '-I', '--include', '-i'],
    'Programs come with their packages, "--packages=NAME"; own files lie in /etc/pkginitrd/extra',
  ],
  [['--fwdir', '--firmware'], 'Firmware is named with "--firmware-files=NAME"'],
  [
    ['--compress', '-z', '--gzip', '--xz', '--zstd', '--lz4', '--bzip2', '--lzma', '--lzo'],
    'The compression is named with "--compress-output=zstd", xz, gzip or none',
  ],
  [
    ['--uefi', '--uki', '-U'],
    'Unified kernel images are made by ukify of the initrd: uki_generator=ukify in install.conf',
  ],
  [['--kernel-cmdline', '--cmdline'], 'No command line is in the image: see /etc/kernel/cmdline'],
  [['--kernel'], 'mkinitcpio\'s --kernel is "--kernel-version VERSION" here'],
  [['--generate'], 'mkinitcpio\'s --generate is "--output FILE" here'],
  [
    ['--regenerate-all', '-P', '--allpresets', '-p', '--preset', '-u', '-c'],
    'Kernels are built one at a time: "pkginitrd build -k VERSION -o FILE"; "pkginitrd status" tells which',
  ],
  [['--confdir', '--conf', '-C', '--config'], 'Drop-ins are read from /etc/pkginitrd/*.conf'],
  [
    ['--list-modules', '-L', '--listhooks'],
    '"pkginitrd build --dry-run" shows profiles and modules, and why each is taken',
  ],
  [['--sysroot', '-r', '--root'], 'Another system is named with "--host-root DIR"'],
  [['--tmpdir'], 'Workspaces are made in $TMPDIR'],
  [
    ['--microcode', '--early-microcode'],
    "The microcode of this machine's processor comes along by itself",
  ],
];

/** The pointer for an option of another generator; `flag` is written as the user did. */
export function familiarHint(flag: string): string | undefined {
  const [name = ''] = flag.split('=');
  return familiar.find(([flags]) => flags.includes(name))?.[1];
}

/** All of them, for tests. */
export const familiarFlags: readonly string[] = familiar.flatMap(([flags]) => flags);
