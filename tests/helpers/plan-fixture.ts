import { parseModprobeConf } from '../../src/formats/modprobe-conf.ts';
import { parseModulesAlias } from '../../src/formats/modules-alias.ts';
import { parseModulesDep } from '../../src/formats/modules-dep.ts';
import { parseModulesSoftdep } from '../../src/formats/modules-softdep.ts';
import { parseModulesWeakdep } from '../../src/formats/modules-weakdep.ts';
import { absolutePath, kernelVersion } from '../../src/model/brands.ts';
import type { Config, RemovalPattern } from '../../src/model/config.ts';
import type { FirmwareFile, HostFacts, ModprobeLine, ModuleInfo } from '../../src/model/facts.ts';
import type { Sourced } from '../../src/model/origin.ts';

/** A word of a drop-in, on the line of its place in the list. */
export function words(...values: readonly string[]): readonly Sourced<string>[] {
  return values.map((value, index) => ({
    value,
    from: { type: 'file', file: '/etc/pkginitrd/test.conf', line: index + 1 },
  }));
}

/** Patterns of RemoveFiles= in a drop-in of the user's. */
export function removals(...values: readonly string[]): readonly RemovalPattern[] {
  return words(...values).map((word) => ({ ...word, isDefault: false }));
}

export function config(changes: Partial<Config> = {}): Config {
  return {
    format: 'cpio',
    output: 'initrd',
    compressOutput: 'zstd',
    compressLevel: undefined,
    cache: true,
    cacheSize: 2 ** 30,
    keepPrevious: true,
    rescue: false,
    allowReadableKeys: false,
    refresh: true,
    bootRecord: true,
    packageManager: undefined,
    packages: words('udev', 'systemd'),
    removePackages: [],
    sources: ['cache', 'installed', 'network'],
    ownPackages: [],
    removeFiles: removals('/usr/share/doc'),
    removeUnusedLibraries: [],
    kernelModules: [],
    defaultKernelModules: [],
    hostModules: [],
    firmwareFiles: [],
    hostFiles: [],
    extraTrees: [],
    postinstScripts: [],
    finalizeScripts: [],
    locale: 'C.UTF-8',
    withDocs: false,
    withRecommends: false,
    cleanPackageMetadata: true,
    rootPassword: undefined,
    environment: {},
    sourceDateEpoch: undefined,
    profiles: [],
    forbiddenProfiles: [],
    availableProfiles: [],
    files: ['/etc/pkginitrd/test.conf'],
    warnings: [],
    ...changes,
  };
}

/** The configuration of a kernel that can boot an initrd, with these options besides. */
export function kernelConfig(...options: readonly string[]): ReadonlyMap<string, string> {
  const always = ['CONFIG_BLK_DEV_INITRD', 'CONFIG_TMPFS', 'CONFIG_DEVTMPFS'];
  return new Map([...always, ...options].map((option) => [option, 'y']));
}

const dep = `kernel/fs/ext4/ext4.ko: kernel/fs/jbd2/jbd2.ko kernel/fs/mbcache.ko
kernel/fs/jbd2/jbd2.ko:
kernel/fs/mbcache.ko:
kernel/fs/btrfs/btrfs.ko: kernel/lib/raid6/raid6_pq.ko
kernel/lib/raid6/raid6_pq.ko:
kernel/crypto/crc32c_generic.ko:
kernel/arch/x86/crypto/crc32c-intel.ko:
kernel/drivers/ata/ahci.ko: kernel/drivers/ata/libahci.ko
kernel/drivers/ata/libahci.ko:
kernel/drivers/crypto/ccp/ccp.ko:
kernel/drivers/net/ethernet/realtek/r8169.ko: kernel/drivers/net/phy/libphy.ko
kernel/drivers/net/phy/libphy.ko:
kernel/drivers/net/phy/realtek.ko: kernel/drivers/net/phy/libphy.ko
`;

const firmware: readonly (readonly [string, FirmwareFile])[] = [
  ['rtl_nic', { type: 'directory' }],
  ['rtl_nic/rtl8168g-2.fw', { type: 'file' }],
  ['rtl_nic/rtl8125a-3.fw.zst', { type: 'file' }],
  ['vendor', { type: 'symlink', target: 'real/vendor' }],
  ['real', { type: 'directory' }],
  ['real/vendor', { type: 'directory' }],
  ['real/vendor/blob.bin', { type: 'symlink', target: '../../store/blob-1.bin' }],
  ['store', { type: 'directory' }],
  ['store/blob-1.bin', { type: 'file' }],
  ['outside.bin', { type: 'symlink', target: '/etc/alternatives/outside.bin' }],
  ['intel-ucode', { type: 'directory' }],
  ['intel-ucode/06-9e-0d', { type: 'file' }],
];

export function facts(changes: Partial<HostFacts> = {}): HostFacts {
  return {
    root: absolutePath('/'),
    os: {
      id: 'debian',
      idLike: [],
      name: 'Debian GNU/Linux',
      prettyName: 'Debian GNU/Linux 13 (trixie)',
      versionId: '13',
      versionCodename: 'trixie',
    },
    architecture: 'x86-64',
    manager: 'apt',
    managerFrom: { type: 'file', file: '/usr/lib/pkginitrd/20-debian.conf', line: 7 },
    kernel: {
      version: kernelVersion('6.12.48+deb13-amd64'),
      root: absolutePath('/'),
      modulesDirectory: 'usr/lib/modules/6.12.48+deb13-amd64',
      modules: {
        paths: parseModulesDep(dep),
        aliases: parseModulesAlias(
          'alias crypto-crc32c crc32c_generic\nalias crypto-crc32c crc32c_intel\n',
        ),
        builtin: new Set(['nvme', 'crc16']),
        softdeps: parseModulesSoftdep(
          'softdep btrfs pre: crypto-crc32c\nsoftdep r8169 pre: realtek\n',
        ),
        weakdeps: parseModulesWeakdep(''),
        builtinInfo: new Map(),
      },
      firmware: { directory: 'usr/lib/firmware', files: new Map(firmware) },
      config: kernelConfig('CONFIG_RD_ZSTD'),
    },
    loadedModules: [],
    builtinInUse: [],
    devices: [],
    storage: [],
    crypttab: [],
    commandLine: [],
    commandLines: [],
    connections: [],
    resume: [],
    hostFiles: [],
    modprobe: [],
    modulesLoad: [],
    hostLines: [],
    setupTabs: [],
    cpu: { vendor: 'intel', family: 6, model: 0x9e, stepping: 13 },
    warnings: [],
    ...changes,
  };
}

export function info(firmwareNames: readonly string[]): ModuleInfo {
  return {
    name: undefined,
    depends: [],
    softdeps: [],
    weakdeps: [],
    aliases: [],
    firmware: firmwareNames,
  };
}

/** The lines of a file of the host's modprobe.d. */
export function modprobe(text: string): readonly ModprobeLine[] {
  return parseModprobeConf(text).map(({ line, text: joined, command }) => {
    const at = { type: 'file', file: '/etc/modprobe.d/test.conf', line } as const;
    return { ...command, from: { type: 'host line', at, text: joined } };
  });
}
