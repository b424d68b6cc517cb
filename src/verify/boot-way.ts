// The units and programs on systemd's way from /init to the real root (bootup(7), "Bootup in the initrd").
import type { ElfFacts } from '../formats/elf.ts';

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
  // Events that come before udevd runs wait in it, and are lost without it: then it is chance whether the root shows up.
  'systemd-udevd-kernel.socket',
];

/** systemctl isolates these, which systemd refuses for others (systemd.unit(5), AllowIsolate=). */
export const isolatedUnits: readonly string[] = ['initrd-switch-root.target'];

export interface WayProgram {
  /** Any of these will do. */
  readonly anyOf: readonly string[];
  readonly purpose: string;
  /** The first version of systemd that calls it. */
  readonly since?: number;
  /** Of no use in an image without modules. */
  readonly isForModules?: true;
  readonly severity: 'error' | 'warning';
}

/** The programs that systemd or the kernel calls by itself, with an /init of this kind. */
export function programsOfWay(
  init: Pick<ElfFacts, 'needed'>,
  hasModules: boolean,
): readonly WayProgram[] {
  const version = systemdVersion(init.needed);
  return wayPrograms
    .filter(({ since = 0 }) => version >= since)
    .map((each) =>
      each.isForModules === true && !hasModules ? { ...each, severity: 'warning' } : each,
    );
}

/** By the name of the library that /init shares with its own programs; 0 where it has none. */
function systemdVersion(needed: readonly string[]): number {
  const versions = needed.map((name) => /^libsystemd-(?:core|shared)-(\d+)/.exec(name)?.[1]);
  return Number(versions.find((version) => version !== undefined) ?? 0);
}

const wayPrograms: readonly WayProgram[] = [
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
    anyOf: ['/usr/lib/systemd/systemd-fsck', '/lib/systemd/systemd-fsck'],
    purpose: 'the root file system is checked by it before it is mounted',
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
    // The kernel has this path built in (CONFIG_MODPROBE_PATH).
    anyOf: ['/sbin/modprobe'],
    purpose: 'the kernel loads file systems by it',
    isForModules: true,
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

interface OpenedLibrary {
  readonly library: RegExp;
  /** Of no use in an image without modules. */
  readonly isForModules?: true;
  /** Opened by these programs of the storage only. */
  readonly programs?: readonly string[];
}

/**
 * Libraries that systemd opens while it runs, and without which it does not find or mount the root; it does without all others
 * that its notes name.
 */
export const openedOnWay: readonly OpenedLibrary[] = [
  { library: /^libkmod\.so\b/, isForModules: true },
  { library: /^lib(?:mount|blkid)\.so\b/ },
  {
    library: /^libcryptsetup\.so\b/,
    programs: ['systemd-cryptsetup', 'systemd-veritysetup', 'systemd-integritysetup'],
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
