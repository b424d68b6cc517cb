import { compress, decompress } from './compress/compress.ts';
import { loadConfig } from './config/load.ts';
import { readBoot } from './host/boot.ts';
import { readHostFacts } from './host/facts.ts';
import { readModuleInfos } from './host/modinfo.ts';
import { readOs } from './host/os.ts';
import { systemdVersion } from './host/systemd.ts';
import { kernelPart, modulesInSandbox, stageModules } from './image/kernel-part.ts';
import { makeManifest, manifestEntry, placedManifest } from './image/manifest.ts';
import { arrange, treeEntries } from './image/members.ts';
import { shadowEntry } from './image/root-password.ts';
import { hostEntries, microcodePart } from './image/small-parts.ts';
import { concatenate, writePart } from './image/write-image.ts';
import { absolutePath, type AbsolutePath } from './model/brands.ts';
import type { Architecture, Compression, Config } from './model/config.ts';
import type { HostFacts, ModuleInfo, OsFacts } from './model/facts.ts';
import type { Entry, WrittenPart } from './model/image.ts';
import type { BuildInvocation } from './model/invocation.ts';
import type { Manifest } from './model/manifest.ts';
import type { RootTree } from './model/packages.ts';
import type { ModulePlan, PartName, Plan } from './model/plan.ts';
import type { Receipt } from './model/receipt.ts';
import type { Sys } from './model/sys.ts';
import type { PackageRequest } from './packages/driver.ts';
import { installPackages, readHostOwners } from './packages/install.ts';
import { placeImage, placeManifest, placeTree, type FinishedImage } from './place/place.ts';
import { placePrebuilt, prebuiltInitrd } from './place/prebuilt.ts';
import { unpackable } from './plan/parts.ts';
import { learnDependencies } from './plan/learn-dependencies.ts';
import { makePlan } from './plan/plan.ts';
import { isStorageKnown, suggestedProfiles } from './plan/profiles.ts';
import { selectModules } from './plan/select-modules.ts';
import { stopwatch, type Stopwatch } from './stopwatch.ts';
import { makeInitrdRoot } from './root/make-initrd-root.ts';
import { inRoot } from './root/tools.ts';
import { assertBootable, lacksLibraries, namePackages, verifyImage } from './verify/verify.ts';

export interface BuildSettings {
  /** The tool's own drop-ins: the lowest configuration directory. */
  readonly vendorDirectory: AbsolutePath;
  readonly architecture: Architecture;
  /** Where workspaces are made. */
  readonly temporaryDirectory: AbsolutePath;
  /** Told what begins, in a sentence. */
  readonly progress: (sentence: string) => void;
}

export type Outcome =
  | { readonly type: 'plan'; readonly plan: Plan }
  | { readonly type: 'built'; readonly receipt: Receipt }
  | { readonly type: 'prebuilt'; readonly source: AbsolutePath; readonly image: AbsolutePath };

/** The whole way from an invocation to an image at its place. */
export async function build(
  sys: Sys,
  invocation: BuildInvocation,
  settings: BuildSettings,
): Promise<Outcome> {
  const prebuilt = await usePrebuilt(sys, invocation);
  if (prebuilt !== undefined) return prebuilt;
  const steps = stopwatch(sys, settings.progress);
  const decided = await steps.take('plan', 'Planning', () => decide(sys, invocation, settings));
  if (invocation.mode !== 'build') return { type: 'plan', plan: decided.plan };
  const workspace = sys.workspace(settings.temporaryDirectory);
  try {
    const lock = await sys.lock(lockFile, {
      waitSeconds: 600,
      onWait: (holder) => settings.progress(`Waiting for another build to end (${holder})`),
    });
    try {
      return {
        type: 'built',
        receipt: await carryOut(sys, invocation, settings, decided, workspace.path, steps),
      };
    } finally {
      lock.release();
    }
  } finally {
    workspace.remove();
  }
}

const lockFile = absolutePath('/run/lock/pkginitrd.lock');

/** What carrying out needs besides the plan. The indexes of the kernel, tens of megabytes, are not kept. */
interface Decided {
  readonly config: Config;
  readonly plan: Plan;
  readonly os: OsFacts;
  readonly hostRoot: AbsolutePath;
  readonly kernelRoot: AbsolutePath;
  readonly compressions: readonly Compression[];
}

async function usePrebuilt(sys: Sys, invocation: BuildInvocation): Promise<Outcome | undefined> {
  const { destination, kernelImage } = invocation;
  if (destination.type !== 'staging' || kernelImage === undefined) return undefined;
  const source = prebuiltInitrd(sys, kernelImage);
  if (source === undefined) return undefined;
  return {
    type: 'prebuilt',
    source,
    image: await placePrebuilt(sys, source, destination.directory),
  };
}

async function decide(
  sys: Sys,
  invocation: BuildInvocation,
  settings: BuildSettings,
): Promise<Decided> {
  const { hostRoot, generic, offline } = invocation;
  const root = sys.root(hostRoot);
  const os = readOs(root);
  const boot = readBoot(sys, invocation);
  const config = loadConfig(sys, {
    hostRoot,
    vendorDirectory: settings.vendorDirectory,
    facts: {
      distribution: os.id,
      distributionLike: os.idLike,
      release: [os.versionId, os.versionCodename].filter((word) => word !== undefined),
      architecture: settings.architecture,
      systemdVersion: systemdVersion(root),
      storageKnown: isStorageKnown(boot),
    },
    profiles: invocation.profiles,
    suggestedProfiles: suggestedProfiles(boot),
    assignments: invocation.assignments,
    generic,
  });
  const facts = readHostFacts(sys, {
    ...invocation,
    os,
    architecture: settings.architecture,
    boot,
    packageManager: config.packageManager,
  });
  const { modules, infos } = await settleModules(sys, config, facts);
  return {
    plan: makePlan(config, facts, modules, infos, { generic, offline }),
    os,
    hostRoot,
    kernelRoot: facts.kernel.root,
    compressions: unpackable(facts),
    config,
  };
}

interface SettledModules {
  readonly modules: ModulePlan;
  readonly infos: ReadonlyMap<string, ModuleInfo>;
}

// What a chosen module says of itself may ask for further ones; two rounds are enough for every kernel seen.
async function settleModules(sys: Sys, config: Config, facts: HostFacts): Promise<SettledModules> {
  const infos = new Map<string, ModuleInfo>();
  for (let known = facts; ;) {
    const modules = selectModules(config, known);
    const unread = modules.files.map(({ path }) => path).filter((path) => !infos.has(path));
    const root = sys.root(facts.kernel.root);
    const read = await readModuleInfos(sys, root, facts.kernel.modulesDirectory, unread);
    for (const [path, info] of read) infos.set(path, info);
    const learned = learnDependencies(known, infos);
    if (learned === undefined) return { modules, infos };
    known = learned;
  }
}

async function carryOut(
  sys: Sys,
  invocation: BuildInvocation,
  { vendorDirectory }: BuildSettings,
  decided: Decided,
  workspace: AbsolutePath,
  steps: Stopwatch,
): Promise<Receipt> {
  const { plan, hostRoot } = decided;
  const request: PackageRequest = {
    plan: plan.packages,
    os: decided.os,
    hostRoot,
    workspace,
    sourceDateEpoch: plan.sourceDateEpoch ?? undefined,
    locale: plan.root.locale,
  };
  const tree = await steps.take('packages', 'Installing the packages', () =>
    installPackages(sys, request),
  );
  const epoch = plan.sourceDateEpoch ?? tree.newestPackageTime;
  await steps.take('root', 'Making an initrd of the root', () =>
    makeInitrdRoot(sys, tree, plan, { hostRoot, epoch }),
  );
  const indexes = absolutePath(`${workspace}/indexes`);
  await steps.take('modules', 'Indexing the kernel modules', () =>
    runDepmod(sys, decided, tree, indexes, epoch),
  );
  const { packages } = tree;
  const bugs = readOs(sys.root(tree.root)).bugReportUrl;
  const manifest = makeManifest({ ...decided, packages, epoch, bugs, vendorDirectory });
  const entriesOf = (name: PartName): Promise<readonly Entry[]> =>
    partEntries(sys, name, { ...decided, tree, indexes, manifest, epoch });
  const parts = await steps.take('image', 'Writing the image', () =>
    writeParts(sys, plan, workspace, entriesOf),
  );
  const read = await steps.take('verify', 'Reading the image back', () =>
    verifyImage({
      image: concatenate(sys, parts),
      decompress: (compression, chunks) => decompress(sys, chunks, compression),
      expect: {
        kernelVersion: plan.kernelVersion,
        modules: plan.modules.files.map(({ path }) => path),
        compressions: decided.compressions,
        firmware: plan.firmware.files.map(({ value }) =>
          value.replace(/^(?:usr\/)?lib\//, 'usr/lib/'),
        ),
        rootNeeds: plan.modules.rootNeeds,
        programs: plan.programs,
      },
      owners: tree.owners,
    }),
  );
  // Which package has it is asked of the host's database, and only where a library is missing.
  const verified = lacksLibraries(read)
    ? namePackages(read, await readHostOwners(sys, plan.packages.manager, hostRoot))
    : read;
  assertBootable(verified);
  const image = await steps.take('place', 'Putting the image in its place', () =>
    place(sys, invocation, plan, {
      image: { chunks: concatenate(sys, parts), bytes: verified.bytes, sha256: verified.sha256 },
      entries: async () =>
        (await Promise.all(plan.parts.map(({ name }) => entriesOf(name)))).flat(),
      unpackedBytes: verified.unpackedBytes,
    }),
  );
  const beside =
    invocation.destination.type === 'path'
      ? placedManifest(manifest, packages, parts, { ...verified, path: image })
      : undefined;
  const unplaced = beside === undefined ? [] : await placeManifest(sys, image, beside);
  return {
    image,
    bytes: verified.bytes,
    kernelVersion: plan.kernelVersion,
    parts,
    packages,
    modules: plan.modules.files.length,
    firmware: plan.firmware.files.length,
    missingFirmware: plan.firmware.missing.map(({ value }) => value),
    steps: steps.taken(),
    warnings: [...plan.warnings, ...tree.warnings, ...verified.warnings, ...unplaced],
  };
}

// The image's own depmod: kmod's index formats have to fit the kmod that will read them.
async function runDepmod(
  sys: Sys,
  { plan, kernelRoot }: Decided,
  tree: RootTree,
  indexes: AbsolutePath,
  epoch: number,
): Promise<void> {
  stageModules(sys, plan, kernelRoot, indexes);
  const { env, sandbox } = inRoot(tree.root, epoch, [
    {
      source: sys.root(kernelRoot).resolve(plan.modules.directory),
      target: modulesInSandbox,
      writable: false,
    },
    // kmod is built with one of these two (its configure's --with-module-directory).
    ...['lib', 'usr/lib'].map((directory) => ({
      source: indexes,
      target: `/tmp/base/${directory}/modules/${plan.kernelVersion}`,
      writable: true,
    })),
  ]);
  await sys.run({
    argv: ['/usr/sbin/depmod', '--basedir', '/tmp/base', plan.kernelVersion],
    purpose: 'Index the kernel modules',
    ...(env === undefined ? {} : { env }),
    ...(sandbox === undefined ? {} : { sandbox: { ...sandbox, rootWritable: false } }),
  });
}

interface PartSources extends Decided {
  readonly tree: RootTree;
  readonly indexes: AbsolutePath;
  readonly manifest: Manifest;
  readonly epoch: number;
}

async function partEntries(
  sys: Sys,
  name: PartName,
  sources: PartSources,
): Promise<readonly Entry[]> {
  const { plan, config, hostRoot, kernelRoot, tree, indexes, manifest, epoch } = sources;
  switch (name) {
    case 'microcode':
      return microcodePart(sys, plan.microcode, kernelRoot, epoch, (bytes, compression) =>
        decompress(sys, [bytes], compression),
      );
    case 'base': {
      const root = sys.root(tree.root);
      const from = 'the packages';
      const entries = treeEntries(tree.root, root.walk('/'));
      return arrange(
        [...entries].map((entry) => ({ entry, from })),
        epoch,
      );
    }
    case 'kernel':
      return kernelPart(sys, plan, kernelRoot, indexes, manifestEntry(manifest, epoch), epoch);
    case 'host': {
      const root = sys.root(tree.root);
      const entries = [...hostEntries(sys, plan.host, hostRoot, epoch)];
      if (config.rootPassword !== undefined) {
        const machineId = sys.root(hostRoot).readText('etc/machine-id') ?? '';
        const entry = shadowEntry(root, config.rootPassword, machineId, epoch);
        entries.push({ entry, from: 'RootPassword=' });
      }
      return arrange(entries, epoch, root);
    }
    default:
      return name satisfies never;
  }
}

async function writeParts(
  sys: Sys,
  plan: Plan,
  workspace: AbsolutePath,
  entriesOf: (name: PartName) => Promise<readonly Entry[]>,
): Promise<readonly WrittenPart[]> {
  const parts: WrittenPart[] = [];
  for (const { name, compression, level } of plan.parts) {
    const file = absolutePath(`${workspace}/${name}.part`);
    const pack = (archive: Iterable<Uint8Array>): AsyncIterable<Uint8Array> =>
      compress(sys, archive, compression, level);
    parts.push(await writePart(sys, name, await entriesOf(name), pack, file));
  }
  return parts;
}

async function place(
  sys: Sys,
  invocation: BuildInvocation,
  plan: Plan,
  finished: {
    readonly image: FinishedImage;
    readonly entries: () => Promise<readonly Entry[]>;
    readonly unpackedBytes: number;
  },
): Promise<AbsolutePath> {
  const { destination } = invocation;
  const { format, name } = plan.output;
  switch (format) {
    case 'cpio':
      return placeImage(sys, finished.image, destination, name, kernelBytes(sys, invocation));
    case 'directory':
      return placeTree(sys, await finished.entries(), finished.unpackedBytes, destination, name);
    default:
      return format satisfies never;
  }
}

function kernelBytes(sys: Sys, { kernelImage }: BuildInvocation): number {
  if (kernelImage === undefined) return 0;
  return sys.root(absolutePath('/')).stat(kernelImage)?.size ?? 0;
}
