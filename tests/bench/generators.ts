import { bare } from '../helpers/throw-away-host.ts';

export interface Generator {
  readonly name: string;
  /** The generator of ours whose figures its own are divided by. */
  readonly against: string;
  /** Packages of some bring along what others would put into their images: those get a host of their own. */
  readonly host: 'common' | 'own';
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
];

const mkosi = '/usr/lib/python3/dist-packages/mkosi';
