import { createHash } from 'node:crypto';
import { changedInputs, type Inputs } from '../cache/inputs.ts';
import { keep, lookUp, openStore } from '../cache/store.ts';
import { BuildError } from '../model/errors.ts';
import type { ImageRequest } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';
import { excerptDigest } from '../packages/excerpt.ts';
import type { Decided } from './decide.ts';
import { machineDigest } from './machine.ts';
import type { Memory } from './memory.ts';
import { partDirectory, type PartCache } from './part-cache.ts';
import type { Surroundings } from './verb.ts';

/** A plan that was made before, and the files by which it would be made again. */
interface PlannedBefore {
  readonly decided: Decided;
  readonly inputs: Inputs;
}

type Program = Pick<Surroundings, 'tool' | 'vendorDirectory' | 'architecture'>;

/** The plan of the same request, where neither the machine nor a file has changed that was read for it. */
export function recallPlan(
  sys: Sys,
  { machine }: Memory,
  request: ImageRequest,
  program: Program,
): PlannedBefore | undefined {
  const name = nameOf(request, program);
  if (name === undefined) return undefined;
  try {
    const host = sys.root(request.hostRoot);
    // A build without a cache makes none.
    if (host.lstat(partDirectory) === undefined) return undefined;
    const directory = host.resolve(partDirectory);
    const store = openStore(sys, { directory, limit: 0, loss: '' });
    const found = lookUp(sys, store, name, directory);
    if (found.type !== 'found' || !isKept(found.data)) return undefined;
    const { decided, inputs } = found.data;
    const isSame =
      found.data.machine === machineDigest(machine) &&
      changedInputs(sys, inputs, excerptDigest).next().done === true;
    return isSame ? { decided, inputs } : undefined;
  } catch (error) {
    if (error instanceof BuildError) return undefined;
    throw error;
  }
}

/** Keeps a plan for later builds. Called under the lock of the cache. */
export async function keepPlan(
  sys: Sys,
  { store }: PartCache,
  { machine }: Memory,
  request: ImageRequest,
  program: Program,
  { decided, inputs }: PlannedBefore,
): Promise<readonly string[]> {
  const name = nameOf(request, program);
  // A password is written down nowhere but where the user has put it.
  if (name === undefined || decided.config.rootPassword !== undefined) return [];
  const kept: Kept = { decided, inputs, machine: machineDigest(machine) };
  return keep(sys, store, name, kept, new Map());
}

interface Kept extends PlannedBefore {
  readonly machine: string;
}

// The seal is whole, and the program is part of the name: this very program has written it.
function isKept(data: unknown): data is Kept {
  return typeof data === 'object' && data !== null && 'decided' in data;
}

function nameOf(
  request: ImageRequest,
  { tool, vendorDirectory, architecture }: Program,
): string | undefined {
  const ours = tool();
  if (ours === undefined) return undefined;
  const question = JSON.stringify({ request, ours, vendorDirectory, architecture });
  return `plan-${createHash('sha256').update(question).digest('hex')}`;
}
