import { posix } from 'node:path';
import { manifestPath } from '../formats/image-manifest.ts';
import { merged } from '../formats/merged-usr.ts';
import type { AbsolutePath } from '../model/brands.ts';
import type { Config } from '../model/config.ts';
import type { Entry, WrittenPart } from '../model/image.ts';
import type {
  Manifest,
  ManifestPackage,
  ManifestSetting,
  PlacedManifest,
} from '../model/manifest.ts';
import type { ResolvedPackage } from '../model/packages.ts';
import type { Plan } from '../model/plan.ts';

export interface ManifestSources {
  readonly plan: Plan;
  readonly config: Config;
  readonly packages: readonly ResolvedPackage[];
  readonly ownersInOrder: Manifest['owners'];
  readonly epoch: number;
  /** BUG_REPORT_URL of the distribution. */
  readonly bugs: string | undefined;
  /** Directory of the tool's own drop-ins in this build; the manifest names the installed one instead. */
  readonly vendorDirectory: AbsolutePath;
  readonly hostRoot: AbsolutePath;
}

/** Describes the image for an inventory of software. */
export function makeManifest(sources: ManifestSources): Manifest {
  const { plan, packages, ownersInOrder, epoch, bugs } = sources;
  return {
    version: 1,
    kernelVersion: plan.kernelVersion,
    architecture: plan.architecture,
    generic: plan.generic,
    distribution: { ...plan.distribution, bugs: bugs ?? null },
    sourceDateEpoch: epoch,
    manager: plan.packages.manager,
    packages: packages.map((each) => ({ ...described(each), origin: lasting(each.origin) })),
    parts: plan.parts.map(({ name, compression }) => ({ name, compression })),
    owners: ownersInOrder,
    modules: plan.modules.files
      .map(({ path }) => `/usr/lib/modules/${plan.kernelVersion}/${path}`)
      .sort(),
    firmware: plan.firmware.files.map(({ value }) => `/${merged(value)}`).sort(),
    settings: usedSettings(sources),
    dropIns: plan.configFiles.map((file) => lastingPath(file, sources)).sort(),
  };
}

/** The manifest as a file of the image. */
export function manifestEntry(manifest: Manifest, mtime: number): Entry {
  return {
    type: 'file',
    path: manifestPath,
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime,
    content: { type: 'bytes', bytes: manifestBytes(manifest) },
  };
}

/** The manifest's text in the image. */
export function manifestBytes(manifest: Manifest): Buffer {
  return Buffer.from(`${JSON.stringify(manifest)}\n`);
}

/** The manifest as the file beside the image. */
export function placedManifest(
  manifest: Manifest,
  packages: readonly ResolvedPackage[],
  parts: readonly WrittenPart[],
  image: { readonly path: AbsolutePath; readonly bytes: number; readonly sha256: string },
): string {
  const placed: PlacedManifest = {
    ...manifest,
    image: { name: posix.basename(image.path), bytes: image.bytes, sha256: image.sha256 },
    packages: packages.map(described),
    parts: manifest.parts.map((part) => {
      const written = parts.find(({ name }) => name === part.name);
      return {
        ...part,
        bytes: written?.bytes ?? 0,
        unpackedBytes: written?.unpackedBytes ?? 0,
      };
    }),
  };
  return `${JSON.stringify(placed, undefined, 2)}\n`;
}

function described(each: ResolvedPackage): ManifestPackage {
  const { name, version, architecture, origin, digest, about } = each;
  return {
    name,
    version,
    architecture,
    origin,
    digest: digest === undefined ? null : `${digest.algorithm}:${digest.hex}`,
    source: about?.source ?? null,
    licences: about?.licences ?? [],
    homepage: about?.homepage ?? null,
    bugs: about?.bugs ?? null,
  };
}

function lasting(origin: ResolvedPackage['origin']): ManifestPackage['origin'] {
  return origin === 'installed' ? origin : 'archive';
}

function usedSettings(sources: ManifestSources): Readonly<Record<string, ManifestSetting>> {
  const { plan, config } = sources;
  const values = (words: readonly { readonly value: string }[]) => words.map(({ value }) => value);
  const scripts = (list: readonly { readonly path: string }[]) =>
    list.map(({ path }) => lastingPath(path, sources));
  // By the fields of Config, all of them: a new setting is shown, or null says why it is not.
  const shown = {
    profiles: ['Profiles', values(config.profiles)],
    format: ['Format', config.format],
    output: ['Output', config.output],
    compressOutput: ['CompressOutput', config.compressOutput],
    compressLevel: ['CompressLevel', config.compressLevel ?? null],
    packageManager: ['PackageManager', config.packageManager?.value ?? null],
    packages: ['Packages', values(plan.packages.install)],
    removePackages: ['RemovePackages', values(plan.packages.remove)],
    sources: ['Sources', config.sources],
    removeFiles: ['RemoveFiles', values(plan.root.removeFiles)],
    removeUnusedLibraries: ['RemoveUnusedLibraries', values(plan.root.removeUnusedLibraries)],
    kernelModules: ['KernelModules', values(config.kernelModules)],
    hostModules: ['HostModules', values(config.hostModules)],
    firmwareFiles: ['FirmwareFiles', values(config.firmwareFiles)],
    hostFiles: ['HostFiles', values(config.hostFiles)],
    extraTrees: [
      'ExtraTrees',
      plan.root.extraTrees.map(({ source, target }) => `${lastingPath(source, sources)}:${target}`),
    ],
    postinstScripts: ['PostInstallationScripts', scripts(plan.root.postinst)],
    finalizeScripts: ['FinalizeScripts', scripts(plan.root.finalize)],
    locale: ['Locale', config.locale],
    withDocs: ['WithDocs', config.withDocs],
    withRecommends: ['WithRecommends', config.withRecommends],
    cleanPackageMetadata: ['CleanPackageMetadata', config.cleanPackageMetadata],
    // The values of these two may be secret.
    rootPassword: ['RootPassword', config.rootPassword === undefined ? 'locked' : 'set'],
    environment: ['Environment', Object.keys(config.environment).sort()],
    sourceDateEpoch: ['SourceDateEpoch', config.sourceDateEpoch ?? null],
    // An image is the same with and without.
    cache: null,
    cacheSize: null,
    keepPrevious: null,
    rescue: null,
    allowReadableKeys: null,
    refresh: null,
    bootRecord: ['BootRecord', config.bootRecord],
    // Follow from Packages= and KernelModules= of the drop-ins.
    ownPackages: null,
    defaultKernelModules: null,
    availableProfiles: null,
    forbiddenProfiles: null,
    // Facts about the reading, told as dropIns and to the user.
    files: null,
    warnings: null,
  } satisfies Record<keyof Config, readonly [string, ManifestSetting] | null>;
  return Object.fromEntries(Object.values(shown).filter((setting) => setting !== null));
}

// A checkout and an installed program give the same image.
function lastingPath(path: string, { vendorDirectory, hostRoot }: ManifestSources): string {
  if (path.startsWith(`${vendorDirectory}/`)) {
    return `/usr/lib/pkginitrd${path.slice(vendorDirectory.length)}`;
  }
  return hostRoot !== '/' && path.startsWith(`${hostRoot}/`) ? path.slice(hostRoot.length) : path;
}
