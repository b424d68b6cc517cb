import type { Base } from '../model/base.ts';
import type { AbsolutePath } from '../model/brands.ts';
import type { Config } from '../model/config.ts';
import { BuildError } from '../model/errors.ts';
import type { Codec, Entry, StreamedEntry, WrittenPart } from '../model/image.ts';
import type { Manifest } from '../model/manifest.ts';
import type { PartName, Plan } from '../model/plan.ts';
import type { Sys } from '../model/sys.ts';
import { kernelPart } from './kernel-part.ts';
import { manifestEntry } from './manifest.ts';
import { arrange } from './members.ts';
import { readEntries } from '../formats/initrd/entries.ts';
import { shadowEntry } from './root-password.ts';
import { hostEntries, microcodePart } from './small-parts.ts';
import { fileChunks, writePart } from './write-image.ts';

export interface PartSources {
  readonly plan: Plan;
  readonly config: Pick<Config, 'rootPassword'>;
  readonly hostRoot: AbsolutePath;
  readonly kernelRoot: AbsolutePath;
  readonly base: Base;
  /** Parts that are written already. */
  readonly ready: readonly WrittenPart[];
  /** Seconds since 1970 that no file is newer than. */
  readonly epoch: number;
}

/** Writes those of the plan's parts into `workspace` that are not ready; all in their order. */
export async function writeParts(
  sys: Sys,
  sources: PartSources,
  workspace: AbsolutePath,
  codec: Codec,
): Promise<readonly WrittenPart[]> {
  const parts: WrittenPart[] = [];
  for (const part of sources.plan.parts) {
    const ready = sources.ready.find(({ name }) => name === part.name);
    if (ready !== undefined) {
      parts.push(ready);
      continue;
    }
    const entries = await partEntries(sys, part.name, sources, workspace, codec);
    parts.push(await writePart(sys, part, entries, workspace, codec));
  }
  return parts;
}

export interface KernelSources {
  readonly plan: Plan;
  readonly kernelRoot: AbsolutePath;
  /** A tree of the kernel modules' indexes. */
  readonly indexes: AbsolutePath;
  readonly manifest: Manifest;
  readonly epoch: number;
}

/** Writes the kernel part into `workspace`. */
export async function writeKernelPart(
  sys: Sys,
  { plan, kernelRoot, indexes, manifest, epoch }: KernelSources,
  workspace: AbsolutePath,
  codec: Codec,
): Promise<WrittenPart> {
  const part = plan.parts.find(({ name }) => name === 'kernel');
  if (part === undefined) throw new BuildError('Cannot make an image without a kernel part');
  const entries = kernelPart(sys, plan, kernelRoot, indexes, manifestEntry(manifest, epoch), epoch);
  return writePart(sys, part, entries, workspace, codec);
}

/** Reads the entries of written parts, one part after the other. */
export async function* readParts(
  sys: Sys,
  parts: readonly WrittenPart[],
  { decompress }: Codec,
): AsyncGenerator<StreamedEntry> {
  for (const { file, compression } of parts) {
    yield* readEntries(decompress(fileChunks(sys, file), compression));
  }
}

async function partEntries(
  sys: Sys,
  name: PartName,
  sources: PartSources,
  workspace: AbsolutePath,
  codec: Codec,
): Promise<readonly Entry[]> {
  const { plan, kernelRoot, epoch } = sources;
  switch (name) {
    case 'microcode':
      return microcodePart(sys, plan.microcode, kernelRoot, epoch, workspace, codec);
    case 'host':
      return hostPart(sys, sources);
    case 'base':
    case 'kernel':
      throw new BuildError(`Cannot write the ${name} part: it has to be ready`);
    default:
      return name satisfies never;
  }
}

function hostPart(
  sys: Sys,
  { plan, config, hostRoot, base, epoch }: PartSources,
): readonly Entry[] {
  const entries = [...hostEntries(sys, plan.host, hostRoot, epoch)];
  if (config.rootPassword !== undefined) {
    const machineId = sys.root(hostRoot).readText('etc/machine-id') ?? '';
    const entry = shadowEntry(base.shadow, config.rootPassword, machineId, epoch);
    entries.push({ entry, from: 'RootPassword=' });
  }
  return arrange(entries, epoch, base.directories);
}
