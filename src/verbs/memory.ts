import { createHash } from 'node:crypto';
import { seenFiles, takeInputs, type Inputs } from '../cache/inputs.ts';
import { recording, type Recording } from '../cache/recording.ts';
import { treeDigest } from '../cache/tree-digest.ts';
import { kernelFiles } from '../image/kernel-part.ts';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { BuildInvocation, ImageRequest } from '../model/invocation.ts';
import type { PlacedPackage } from '../model/placed.ts';
import type { Plan } from '../model/plan.ts';
import type { Sys } from '../model/sys.ts';
import type { BaseAnswer } from './base.ts';
import type { Decided } from './decide.ts';
import { machineDigest, readWholeMachine, type Machine } from './machine.ts';
import { rememberImage } from './placed-images.ts';
import { contentsOf } from './trees.ts';

/** Watches the plan being made, so that a later look tells whether it would be the same. */
export interface Memory extends Recording {
  /** The file system's own time before anything was read. */
  readonly now: bigint;
  /** As it was then. */
  readonly machine: Machine;
}

export function startMemory(
  sys: Sys,
  request: ImageRequest,
  temporaryDirectory: AbsolutePath,
): Memory {
  const now = timeOf(sys, temporaryDirectory);
  const watched = recording(sys);
  return { ...watched, now, machine: readWholeMachine(watched.sys, request) };
}

/** Remembers an image that is in its place. */
export async function keepInMemory(
  sys: Sys,
  memory: Memory,
  { destination, request }: BuildInvocation,
  decided: Decided,
  { base, inputs }: Pick<BaseAnswer, 'base' | 'inputs'>,
  image: { readonly path: AbsolutePath; readonly bytes: number; readonly manifest: Buffer },
  planInputs: Inputs | undefined,
  tool: string | undefined,
): Promise<readonly string[]> {
  const { plan } = decided;
  const place = placeOf(destination, image.path);
  if (place === undefined) return [];
  const isFile = destination.type !== 'staging' && plan.output.format === 'cpio';
  return rememberImage(sys, {
    placed: {
      version: 1,
      image: place,
      destination: destination.type,
      bytes: isFile ? image.bytes : null,
      manifest: createHash('sha256').update(image.manifest).digest('hex'),
      ...{ request, tool: tool ?? null, plan },
      packages: base.packages.map(placedPackage),
      machine: machineDigest(memory.machine),
      contents: [...contentsOf(sys, plan)],
      hostFiles: [...hostDigests(sys, decided)],
    },
    planInputs: planInputs ?? null,
    baseInputs: inputs ?? null,
  });
}

/** Digests of the host's own files in the image, by their paths on this machine. */
export function hostDigests(
  sys: Sys,
  { plan, hostRoot }: Pick<Decided, 'plan' | 'hostRoot'>,
): ReadonlyMap<string, string> {
  const files = sys.root(hostRoot);
  return new Map(
    plan.host.flatMap(({ content }) => {
      if (content.type === 'text') return [];
      const path = files.resolve(content.source);
      return [[path, treeDigest(sys, path)]];
    }),
  );
}

export function placedPackage({
  name,
  version,
  architecture,
  digest,
}: {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly digest?: { readonly algorithm: string; readonly hex: string } | undefined;
}): PlacedPackage {
  return {
    ...{ name, version, architecture },
    digest: digest === undefined ? null : `${digest.algorithm}:${digest.hex}`,
  };
}

/** The files by which a later look tells that the plan would be the same; undefined where one changed while it was read. */
export function planInputs(sys: Sys, memory: Memory, decided: Decided): Inputs | undefined {
  return takeInputs(sys, planFiles(memory, decided), memory.now);
}

/** All that was read for the plan, and all that it names. */
function planFiles(memory: Memory, { plan, hostRoot, kernelRoot }: Decided) {
  const roots = [...new Set([absolutePath('/'), hostRoot, kernelRoot])];
  return new Map(
    roots.map((root) => [
      root,
      [
        ...seenFiles(memory, root),
        ...(root === kernelRoot ? [...kernelFiles(plan), ...microcodeFiles(plan)] : []),
      ],
    ]),
  );
}

function microcodeFiles({ microcode }: Plan) {
  return microcode.flatMap(({ sources }) =>
    sources.map((path) => ({ path, follow: true, names: true })),
  );
}

// kernel-install copies the image from its staging area; of other layouts nobody knows where to.
function placeOf(
  destination: BuildInvocation['destination'],
  image: AbsolutePath,
): AbsolutePath | undefined {
  if (destination.type !== 'staging') return image;
  const { entryDirectory } = destination;
  return entryDirectory && absolutePath(`${entryDirectory}/initrd`);
}

// Without the time nothing is trusted, and status looks closer.
function timeOf(sys: Sys, directory: AbsolutePath): bigint {
  try {
    return sys.fileTime(directory);
  } catch (error) {
    if (error instanceof BuildError) return 0n;
    throw error;
  }
}
