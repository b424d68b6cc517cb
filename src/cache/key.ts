import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { Manifest } from '../model/manifest.ts';
import type { OsFacts } from '../model/facts.ts';
import type { PackageIdentity } from '../model/packages.ts';
import type { PartName, PartPlan, Plan } from '../model/plan.ts';
import type { Witness } from './witnesses.ts';

/** The programs that make a part, as words: other words, another part. */
export interface Makers {
  /** This program. */
  readonly tool: string;
  /** What compresses, Node.js where no program of its own does. */
  readonly compressor: string;
}

/** Digest of everything that a build asks for in its base part, whatever the host answers. */
export function baseQuestion(plan: Plan, os: OsFacts, makers: Makers): string {
  const { sources } = plan.packages;
  return digestOf({ settings: baseSettings(plan), os, makers, sources });
}

/** Digest of everything that shapes the bytes of the base part; `content` has the digest of each tree and script. */
export function baseKey(
  plan: Plan,
  os: OsFacts,
  makers: Makers,
  archives: readonly PackageIdentity[],
  content: ReadonlyMap<string, string>,
): string {
  const { root, ...settings } = baseSettings(plan);
  const scripts = (list: readonly { readonly path: string; readonly insideRoot: boolean }[]) =>
    list.map(({ path, insideRoot }) => ({
      name: posix.basename(path),
      insideRoot,
      digest: content.get(path) ?? null,
    }));
  const ours = {
    ...root,
    // Where they lie on this machine is nothing to the image.
    extraTrees: root.extraTrees.map(({ source, target }) => ({
      target,
      digest: content.get(source) ?? null,
    })),
    postinst: scripts(root.postinst),
    finalize: scripts(root.finalize),
  };
  return digestOf({ settings, root: ours, os, makers, archives });
}

/** Digest of everything that shapes the kernel part: `files` are its modules, indexes and firmware as they lie there. */
export function kernelKey(
  plan: Plan,
  manifest: Manifest,
  makers: Makers,
  given: {
    readonly epoch: number;
    /** Digest of the archive with the image's depmod; null where there is none. */
    readonly depmod: string | null;
    readonly files: readonly Witness[];
  },
): string {
  return digestOf({
    part: partOf(plan, 'kernel'),
    kernelVersion: plan.kernelVersion,
    directory: plan.modules.directory,
    modules: plan.modules.files.map(({ path }) => path),
    firmware: plan.firmware.files.map(({ value }) => value),
    ...{ manifest, makers, ...given },
  });
}

/** Those of a plan's settings that shape the base part. Neither the kernel nor reasons are among them. */
function baseSettings(plan: Plan) {
  const { packages, root } = plan;
  const values = (words: readonly { readonly value: string }[]) => words.map(({ value }) => value);
  return {
    part: partOf(plan, 'base'),
    architecture: plan.architecture,
    distribution: plan.distribution,
    sourceDateEpoch: plan.sourceDateEpoch,
    packages: {
      manager: packages.manager,
      install: values(packages.install),
      remove: values(packages.remove),
      withRecommends: packages.withRecommends,
      withDocs: packages.withDocs,
    },
    root: {
      locale: root.locale,
      extraTrees: root.extraTrees.map(({ source, target }) => ({ source, target })),
      postinst: root.postinst.map(({ path, insideRoot }) => ({ path, insideRoot })),
      finalize: root.finalize.map(({ path, insideRoot }) => ({ path, insideRoot })),
      ownPackages: root.ownPackages,
      removeFiles: root.removeFiles.map(({ value, isDefault }) => ({ value, isDefault })),
      removeUnusedLibraries: values(root.removeUnusedLibraries),
      cleanPackageMetadata: root.cleanPackageMetadata,
      environment: Object.entries(root.environment).sort(([a], [b]) => (a < b ? -1 : 1)),
      // RootPassword= is in the host part. A new field has to be thought of.
    } satisfies Readonly<Record<Exclude<keyof Plan['root'], 'rootPassword'>, unknown>>,
  };
}

function partOf({ parts }: Plan, wanted: PartName): PartPlan | undefined {
  return parts.find(({ name }) => name === wanted);
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
