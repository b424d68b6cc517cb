import { managerNames } from '../model/managers.ts';

/**
 * The one settings table: it feeds the parser, the command line's flags, `--help` and the test of the
 * man page. A setting added here needs a field in `model/config.ts` and a line in `to-config.ts`.
 */
export const settings = [
  {
    key: 'Profiles',
    section: 'Config',
    type: 'words',
    merge: 'append',
    flag: null, // --profile, which the invocation carries by itself
    help: 'Profiles to use; -NAME forbids one',
    default: '',
  },
  {
    key: 'Format',
    section: 'Output',
    type: 'enum',
    values: { cpio: 'cpio', directory: 'directory' },
    merge: 'last',
    flag: 'format',
    help: 'Kind of output: cpio or directory',
    default: 'cpio',
  },
  {
    key: 'Output',
    section: 'Output',
    type: 'string',
    merge: 'last',
    flag: null, // -o, which is a path
    help: 'File name of the image',
    default: 'initrd',
  },
  {
    key: 'CompressOutput',
    section: 'Output',
    type: 'enum',
    // mkosi's other spellings are on the left as well.
    values: {
      zstd: 'zstd',
      zst: 'zstd',
      yes: 'zstd',
      xz: 'xz',
      gzip: 'gzip',
      gz: 'gzip',
      none: 'none',
      no: 'none',
    },
    merge: 'last',
    flag: 'compress-output',
    help: 'Compression: zstd, xz, gzip or none',
    default: 'zstd',
  },
  {
    key: 'CompressLevel',
    section: 'Output',
    type: 'integer',
    merge: 'last',
    flag: 'compress-level',
    help: 'Level: zstd 1-19 (9 at most without the zstd program), gzip 1-9, xz 0-9',
    default: '',
  },
  {
    key: 'Cache',
    section: 'Output',
    type: 'boolean',
    merge: 'last',
    flag: null, // --no-cache
    help: 'Use parts that earlier builds have made, and keep those of this one',
    default: 'yes',
  },
  {
    key: 'CacheSize',
    section: 'Output',
    type: 'size',
    merge: 'last',
    flag: 'cache-size',
    help: 'Most bytes of the cache of parts, and of that of packages',
    default: '1G',
  },
  {
    key: 'KeepPrevious',
    section: 'Output',
    type: 'boolean',
    merge: 'last',
    flag: null, // A file that "build" writes has no previous one.
    help: 'Keep the image that the new one replaces, as a boot entry of its own',
    default: 'yes',
  },
  {
    key: 'Rescue',
    section: 'Output',
    type: 'boolean',
    merge: 'last',
    flag: null, // About the machine, not about an image.
    help: 'Keep one image for any machine with its kernel, as a boot entry of its own',
    default: 'no',
  },
  {
    key: 'AllowReadableKeys',
    section: 'Output',
    type: 'boolean',
    merge: 'last',
    flag: 'allow-readable-keys',
    help: 'Write key files even where every user can read the image, yes or no',
    default: 'no',
  },
  {
    key: 'Refresh',
    section: 'Output',
    type: 'boolean',
    merge: 'last',
    flag: null, // About the machine, not about an image.
    help: 'Build images anew when packages or drop-ins have changed',
    default: 'yes',
  },
  {
    key: 'BootRecord',
    section: 'Output',
    type: 'boolean',
    merge: 'last',
    flag: 'boot-record',
    help: 'Have a boot that fails keep what it knows for the next one, yes or no',
    default: 'yes',
  },
  {
    key: 'PackageManager',
    section: 'Content',
    type: 'enum',
    values: Object.fromEntries(managerNames.map((name) => [name, name])),
    merge: 'last',
    flag: 'package-manager',
    help: `What installs the packages: ${managerNames.join(', ')}`,
    default: '',
  },
  {
    key: 'Packages',
    section: 'Content',
    type: 'packages',
    merge: 'append',
    flag: 'packages',
    help: 'Packages to install',
    default: '',
  },
  {
    key: 'RemovePackages',
    section: 'Content',
    type: 'removed packages',
    merge: 'append',
    flag: 'remove-packages',
    help: 'Packages to remove again after the installation',
    default: '',
  },
  {
    key: 'Sources',
    section: 'Content',
    type: 'sources',
    values: { cache: 'cache', installed: 'installed', network: 'network' },
    merge: 'last',
    flag: 'sources',
    help: 'Where packages are taken from: cache, installed, network',
    default: 'cache installed network',
  },
  {
    key: 'RemoveFiles',
    section: 'Content',
    type: 'patterns',
    merge: 'append',
    flag: 'remove-files',
    help: 'Shell patterns of files to remove',
    default: '',
  },
  {
    key: 'RemoveUnusedLibraries',
    section: 'Content',
    type: 'patterns',
    merge: 'append',
    flag: 'remove-unused-libraries',
    help: 'Shell patterns of libraries to remove where nothing needs them',
    default: '',
  },
  {
    key: 'KernelModules',
    section: 'Content',
    type: 'words',
    merge: 'append',
    flag: 'kernel-modules',
    help: 'Patterns of kernel modules; the last match wins',
    default: '',
  },
  {
    key: 'HostModules',
    section: 'Content',
    type: 'words',
    merge: 'append',
    flag: 'host-modules',
    help: "Patterns that choose among the modules of the host's devices",
    default: '',
  },
  {
    key: 'FirmwareFiles',
    section: 'Content',
    type: 'words',
    merge: 'append',
    flag: 'firmware-files',
    help: 'Patterns of firmware beyond what the modules name',
    default: '',
  },
  {
    key: 'HostFiles',
    section: 'Content',
    type: 'host files',
    merge: 'append',
    flag: 'host-files',
    help: "Patterns of the host's own files to take along; the last match wins",
    default: '',
  },
  {
    key: 'ExtraTrees',
    section: 'Content',
    type: 'trees',
    merge: 'append',
    flag: 'extra-trees',
    help: 'Trees to copy into the image, SOURCE[:TARGET]',
    default: '',
  },
  {
    key: 'PostInstallationScripts',
    section: 'Content',
    type: 'scripts',
    merge: 'append',
    flag: 'post-installation-scripts',
    help: 'Programs to run on the root after the installation',
    default: '',
  },
  {
    key: 'FinalizeScripts',
    section: 'Content',
    type: 'scripts',
    merge: 'append',
    flag: 'finalize-scripts',
    help: 'Programs to run on the finished root',
    default: '',
  },
  {
    key: 'Locale',
    section: 'Content',
    type: 'locale',
    merge: 'last',
    flag: 'locale',
    help: 'Locale of the image',
    default: 'C.UTF-8',
  },
  {
    key: 'WithDocs',
    section: 'Content',
    type: 'boolean',
    merge: 'last',
    flag: 'with-docs',
    help: 'Keep documentation, yes or no',
    default: 'no',
  },
  {
    key: 'WithRecommends',
    section: 'Content',
    type: 'boolean',
    merge: 'last',
    flag: 'with-recommends',
    help: 'Install recommended packages too, yes or no',
    default: 'no',
  },
  {
    key: 'CleanPackageMetadata',
    section: 'Content',
    type: 'boolean',
    merge: 'last',
    flag: 'clean-package-metadata',
    help: "Remove the package manager's database, yes or no",
    default: 'yes',
  },
  {
    key: 'RootPassword',
    section: 'Content',
    type: 'password',
    merge: 'last',
    flag: null, // Every user could read it in the list of processes.
    help: "root's password in the initrd",
    default: '',
  },
  {
    key: 'Environment',
    section: 'Content',
    type: 'pairs',
    merge: 'by name',
    flag: 'environment',
    help: 'NAME=VALUE pairs for the scripts',
    default: '',
  },
  {
    key: 'SourceDateEpoch',
    section: 'Content',
    type: 'integer',
    merge: 'last',
    flag: 'source-date-epoch',
    help: 'Clamp times of files, seconds since 1970',
    default: '',
  },
] as const satisfies readonly Setting[];

export type SettingKey = (typeof settings)[number]['key'];

export interface Setting {
  readonly key: string;
  readonly section: 'Config' | 'Output' | 'Content';
  readonly type: SettingType;
  /** The words that an enum or sources takes, and what each means. */
  readonly values?: Readonly<Record<string, string>>;
  readonly merge: 'append' | 'last' | 'by name';
  /** Without the leading dashes; null where no flag makes sense. */
  readonly flag: string | null;
  readonly help: string;
  /** As it would be written; empty: none. */
  readonly default: string;
}

type SettingType =
  | 'words'
  | 'packages'
  | 'removed packages'
  | 'sources'
  | 'patterns'
  | 'host files'
  | 'trees'
  | 'scripts'
  | 'pairs'
  | 'locale'
  | 'string'
  | 'password'
  | 'integer'
  | 'size'
  | 'enum'
  | 'boolean';

/** mkosi's older and other names and places of settings that we have. */
const settingAliases: ReadonlyMap<string, SettingKey> = new Map([
  ['Profile', 'Profiles'],
  ['PostInstallationScript', 'PostInstallationScripts'],
  ['FinalizeScript', 'FinalizeScripts'],
]);

/** mkosi has Environment= in [Build]; both are read. */
export const settingsInBuild: readonly SettingKey[] = ['Environment'];

const byKey: ReadonlyMap<string, Setting & { readonly key: SettingKey }> = new Map(
  settings.map((setting) => [setting.key, setting]),
);

export function findSetting(key: string): (Setting & { readonly key: SettingKey }) | undefined {
  return byKey.get(settingAliases.get(key) ?? key);
}
