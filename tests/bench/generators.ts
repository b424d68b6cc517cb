import { bare } from '../helpers/throw-away-host.ts';

export interface Generator {
  readonly name: string;
  /** The generator of ours whose figures its own are divided by. */
  readonly against: string;
  /** Packages of some bring along what others would put into their images: those get a host of their own. */
  readonly host: 'common' | 'own' | 'debian';
  /** Packages that bring it. */
  readonly packages: readonly string[];
  readonly build: (version: string, image: string) => readonly string[];
}

/** Where the images go, in the host under measurement. */
export const output = '/var/tmp/bench';

export const generators: readonly Generator[] = [
  {
    name: 'pkginitrd',
    against: 'pkginitrd',
    host: 'common',
    packages: [],
    build: (version, image) => [
      // The process's own peak, not that of its largest child.
      ...[
        'node',
        '--max-semi-space-size=1',
        '--import',
        `${output}/memory.mjs`,
        '/usr/lib/pkginitrd/pkginitrd.mjs',
        'build',
        '--no-cache',
      ],
      ...['-k', version, '--host-root', bare, '-O', output, '-o', image],
    ],
  },
  {
    name: 'pkginitrd --generic',
    against: 'pkginitrd --generic',
    host: 'common',
    packages: [],
    build: (version, image) => [
      ...[
        'pkginitrd',
        'build',
        '--no-cache',
        '--generic',
        '-k',
        version,
        '-O',
        output,
        '-o',
        image,
      ],
    ],
  },
  {
    name: 'dracut --no-hostonly',
    against: 'pkginitrd --generic',
    host: 'common',
    packages: ['dracut'],
    build: (version, image) => [
      ...['dracut', '--no-hostonly', '--force', '--quiet', `${output}/${image}`, version],
    ],
  },
  {
    name: 'dracut --hostonly',
    against: 'pkginitrd',
    host: 'common',
    packages: ['dracut'],
    build: (version, image) => [
      ...[
        'dracut',
        '--hostonly',
        '--force',
        '--quiet',
        '--add-drivers',
        'virtio_blk virtio_pci ext4',
      ],
      ...[`${output}/${image}`, version],
    ],
  },
  {
    // The release in Debian 13 knows no --generic: it takes its fixed list and what is loaded, here by our list. Without
    // a kernel image it would choose nothing and take every module there is.
    name: 'mkosi-initrd',
    against: 'pkginitrd --generic',
    host: 'own',
    packages: ['mkosi'],
    build: (version, image) => [
      ...[
        'sh',
        '-c',
        `sed -i "s,/proc/modules,${output}/loaded-modules," ${mkosi}/kmod.py && "$@"`,
      ],
      ...['sh', 'mkosi-initrd', '--kernel-version', version],
      ...['--kernel-image', `/boot/vmlinuz-${version}`, '--output-dir', output, '--output', image],
    ],
  },
  {
    name: 'initramfs-tools MODULES=most',
    against: 'pkginitrd --generic',
    host: 'debian',
    packages: ['initramfs-tools-core'],
    build: (version, image) => mkinitramfs(version, image, 'most'),
  },
  {
    name: 'initramfs-tools MODULES=dep',
    against: 'pkginitrd',
    host: 'debian',
    packages: ['initramfs-tools-core'],
    build: (version, image) => mkinitramfs(version, image, 'dep'),
  },
];

// MODULES=dep looks for the device of / in /sys, of which there is none here: the root's driver and file system are named.
function mkinitramfs(version: string, image: string, modules: string): readonly string[] {
  const script = `sed "s/^MODULES=.*/MODULES=$1/" /etc/initramfs-tools/initramfs.conf >/tmp/conf
mkdir -p ${output}/tools
cp -r /etc/initramfs-tools/. ${output}/tools/
cp /tmp/conf ${output}/tools/initramfs.conf
printf 'virtio_blk\\nvirtio_pci\\next4\\n' >${output}/tools/modules
mkinitramfs -d ${output}/tools -o "$2" "$3"`;
  return ['sh', '-euc', script, 'sh', modules, `${output}/${image}`, version];
}

const mkosi = '/usr/lib/python3/dist-packages/mkosi';
