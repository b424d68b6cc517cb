import { absolutePath } from '../model/brands.ts';
import type { Compression, Config, ExtraTree, OutputFormat, Script } from '../model/config.ts';
import { UsageError } from '../model/errors.ts';
import { managerNames, type ManagerName } from '../model/managers.ts';
import { describeOrigin, type Origin, type Sourced } from '../model/origin.ts';
import type { PackageOrigin } from '../model/packages.ts';
import type { ChosenProfiles } from './chosen-profiles.ts';
import type { Collected } from './collect.ts';
import type { Merged } from './merge.ts';
import { findSetting, type SettingKey } from './settings.ts';

/** Gives every merged value its type. `vendor` is what the tool's own drop-ins alone come to. */
export function toConfig(
  merged: Merged,
  vendor: Merged,
  found: Omit<Collected, 'assignments'>,
  { taken, forbidden }: ChosenProfiles,
): Omit<Config, 'availableProfiles'> {
  const list = (key: SettingKey): readonly Sourced<string>[] => merged.get(key) ?? [];
  const isDefault = (item: Sourced<string>): boolean =>
    (vendor.get('RemoveFiles') ?? []).some(
      ({ value, from }) =>
        value === item.value && describeOrigin(from) === describeOrigin(item.from),
    );
  const compression = compressionOf(scalar(merged, 'CompressOutput'));
  return {
    format: formatOf(scalar(merged, 'Format')),
    output: fileName(scalar(merged, 'Output'), list('Output')[0]),
    compressOutput: compression,
    compressLevel: level(list('CompressLevel')[0], compression),
    cache: scalar(merged, 'Cache') === 'yes',
    cacheSize: toNumber(list('CacheSize')[0]) ?? defaultCacheSize,
    keepPrevious: scalar(merged, 'KeepPrevious') === 'yes',
    rescue: scalar(merged, 'Rescue') === 'yes',
    allowReadableKeys: scalar(merged, 'AllowReadableKeys') === 'yes',
    refresh: scalar(merged, 'Refresh') === 'yes',
    bootRecord: scalar(merged, 'BootRecord') === 'yes',
    packageManager: managerOf(list('PackageManager')[0]),
    packages: firstOfEach(list('Packages')),
    removePackages: firstOfEach(list('RemovePackages')),
    sources: sourcesOf(list('Sources')),
    ownPackages: packagesBesides(list('Packages'), vendor.get('Packages') ?? []),
    removeFiles: [
      ...firstOfEach(list('RemoveFiles')).map((item) => ({ ...item, isDefault: isDefault(item) })),
      ...withoutRecord(list('BootRecord')[0]),
    ],
    removeUnusedLibraries: firstOfEach(list('RemoveUnusedLibraries')),
    kernelModules: lastOfEach(list('KernelModules')),
    defaultKernelModules: lastOfEach(vendor.get('KernelModules') ?? []),
    hostModules: lastOfEach(list('HostModules')),
    firmwareFiles: lastOfEach(list('FirmwareFiles')),
    hostFiles: lastOfEach(list('HostFiles')),
    extraTrees: [
      ...found.extra.map(({ value, from }) => ({ value: { source: value, target: '/' }, from })),
      ...lastOfEach(list('ExtraTrees')).map(toTree),
    ],
    postinstScripts: [
      ...found.postinst,
      ...firstOfEach(list('PostInstallationScripts')).map(toScript),
    ],
    finalizeScripts: [...found.finalize, ...firstOfEach(list('FinalizeScripts')).map(toScript)],
    locale: scalar(merged, 'Locale'),
    withDocs: scalar(merged, 'WithDocs') === 'yes',
    withRecommends: scalar(merged, 'WithRecommends') === 'yes',
    cleanPackageMetadata: scalar(merged, 'CleanPackageMetadata') === 'yes',
    rootPassword: list('RootPassword')[0]?.value,
    environment: Object.fromEntries(list('Environment').map(({ value }) => splitAt(value, '='))),
    sourceDateEpoch: toNumber(list('SourceDateEpoch')[0]),
    profiles: taken,
    forbiddenProfiles: forbidden,
    files: found.files,
    warnings: found.warnings,
  };
}

/** The script that writes it is in every image otherwise. */
function withoutRecord(given: Sourced<string> | undefined): Config['removeFiles'] {
  if (given?.value !== 'no') return [];
  return [{ value: '/usr/lib/pkginitrd/keep-record', from: given.from, isDefault: false }];
}

function packagesBesides(
  all: readonly Sourced<string>[],
  defaults: readonly Sourced<string>[],
): readonly string[] {
  const named = new Set(defaults.map(({ value }) => value));
  return all.map(({ value }) => value).filter((value) => !named.has(value));
}

function scalar(merged: Merged, key: SettingKey): string {
  return merged.get(key)?.[0]?.value ?? findSetting(key)?.default ?? '';
}

// As the settings table says it in words.
const defaultCacheSize = 1024 ** 3;

const defaultSources = ['cache', 'installed', 'network'] as const satisfies PackageOrigin[];

function sourcesOf(given: readonly Sourced<string>[]): readonly PackageOrigin[] {
  const words = new Set(given.map(({ value }) => value));
  const known = [...words].flatMap((word) => defaultSources.find((each) => each === word) ?? []);
  return known.length === 0 ? defaultSources : known;
}

function managerOf(given: Sourced<string> | undefined): Sourced<ManagerName> | undefined {
  const value = managerNames.find((name) => name === given?.value);
  return given && value && { value, from: given.from };
}

function formatOf(value: string): OutputFormat {
  return value === 'directory' ? 'directory' : 'cpio';
}

function compressionOf(value: string): Compression {
  switch (value) {
    case 'xz':
    case 'gzip':
    case 'none':
      return value;
    default:
      return 'zstd';
  }
}

function fileName(value: string, given: Sourced<string> | undefined): string {
  if (!value.includes('/') && value !== '.' && value !== '..') return value;
  const where = given ? `${describeOrigin(given.from)}: ` : '';
  throw new UsageError(`${where}Cannot take "${value}" for Output=: expected a file name`);
}

/** Window sizes beyond level 19 are more than some boot loaders' kernels get memory for. */
const levels: Readonly<Record<Compression, readonly [number, number] | null>> = {
  zstd: [1, 19],
  xz: [0, 9],
  gzip: [1, 9],
  none: null,
};

function level(given: Sourced<string> | undefined, compression: Compression): number | undefined {
  const value = toNumber(given);
  const range = levels[compression];
  if (!given || value === undefined || !range) return undefined;
  if (value >= range[0] && value <= range[1]) return value;
  throw new UsageError(
    `${describeOrigin(given.from)}: Cannot use level ${value} with ${compression}: ` +
      `expected ${range[0]} to ${range[1]}`,
    'Set CompressLevel= empty for the default',
  );
}

function toNumber(given: Sourced<string> | undefined): number | undefined {
  return given && Number(given.value);
}

/** Where order means nothing, the first who asks for a thing is the one to name. */
function firstOfEach<From = Origin>(
  items: readonly Sourced<string, From>[],
): readonly Sourced<string, From>[] {
  const seen = new Set<string>();
  return items.filter(({ value }) => !seen.has(value) && seen.add(value));
}

/** Where the last match wins or a later tree overrides, only the last occurrence can stay. */
function lastOfEach(items: readonly Sourced<string>[]): readonly Sourced<string>[] {
  return firstOfEach(items.toReversed()).toReversed();
}

function toTree({ value, from }: Sourced<string>): Sourced<ExtraTree> {
  const [source, target] = splitAt(value, ':');
  return { value: { source: absolutePath(source), target: target || '/' }, from };
}

function toScript({ value, from }: Sourced<string>): Sourced<Script> {
  return { value: { path: absolutePath(value), insideRoot: value.endsWith('.chroot') }, from };
}

function splitAt(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
