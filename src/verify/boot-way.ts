// The units and programs on systemd's way from /init to the real root (bootup(7), "Bootup in the initrd").

/** Each of these starts the next one or is waited for by it, so that without it the way ends. */
export const wayUnits: readonly string[] = [
  'initrd.target',
  'sysinit.target',
  'initrd-root-fs.target',
  'initrd-parse-etc.service',
  'initrd-cleanup.service',
  'initrd-switch-root.target',
  'initrd-switch-root.service',
  // Devices show up by these alone.
  'systemd-udevd.service',
  'systemd-udev-trigger.service',
];

export interface WayProgram {
  /** Any of these will do. */
  readonly anyOf: readonly string[];
  readonly purpose: string;
  /** The first version of systemd that calls it. */
  readonly since?: number;
  readonly severity: 'error' | 'warning';
}

/** The programs that systemd or the kernel calls by itself. */
export const wayPrograms: readonly WayProgram[] = [
  {
    anyOf: ['/usr/lib/systemd/systemd-executor', '/lib/systemd/systemd-executor'],
    purpose: 'systemd starts no service without it',
    since: 255,
    severity: 'error',
  },
  {
    anyOf: ['/usr/bin/mount', '/bin/mount'],
    purpose: 'systemd mounts the root file system by it',
    severity: 'error',
  },
  {
    anyOf: ['udevadm'],
    purpose: 'no device is found without it',
    severity: 'error',
  },
  {
    anyOf: ['systemctl'],
    purpose: 'the initrd asks for the real root by it',
    severity: 'error',
  },
  {
    anyOf: ['/usr/sbin/modprobe', '/sbin/modprobe'],
    purpose: 'the kernel loads file systems by it',
    severity: 'error',
  },
  {
    anyOf: [
      '/usr/lib/systemd/system-generators/systemd-fstab-generator',
      '/lib/systemd/system-generators/systemd-fstab-generator',
    ],
    purpose: 'systemd does not know "root=" without it',
    severity: 'error',
  },
  {
    anyOf: ['sulogin'],
    purpose: 'there is no shell when a boot has failed',
    severity: 'warning',
  },
  {
    anyOf: ['/bin/sh', '/usr/bin/sh'],
    purpose: 'there is no shell when a boot has failed',
    severity: 'warning',
  },
];

/** Units that are looked at for a failed boot only. */
export const rescueUnits: readonly string[] = ['emergency.target', 'emergency.service'];

export interface WayRules {
  readonly name: string;
  /** A word that only whole rules of this name have. */
  readonly word: RegExp;
  readonly purpose: string;
}

/** The rules of udev without which no disk is found by its name. */
export const wayRules: readonly WayRules[] = [
  {
    name: '60-persistent-storage.rules',
    word: /disk\/by-uuid\//,
    purpose: 'no disk is found by its UUID or label',
  },
  {
    name: '80-drivers.rules',
    word: /kmod load|modprobe/,
    purpose: 'no device gets its driver',
  },
  {
    name: '99-systemd.rules',
    word: /"block".*"systemd"/,
    purpose: 'systemd waits for the root device without end',
  },
];
