import { joinedInputs, seenFiles, takeExcerpt, takeInputs, type Inputs } from '../cache/inputs.ts';
import type { Recording } from '../cache/recording.ts';
import { treeWitnesses } from '../cache/tree-digest.ts';
import type { Looked } from '../cache/witnesses.ts';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Excerpted } from '../packages/driver.ts';
import { excerptDigest } from '../packages/excerpt.ts';
import type { Prepared } from '../packages/install.ts';
import type { BaseJob } from './base-job.ts';
import { treesAndScripts } from './trees.ts';

// The files of this machine by which a later build tells that it would come to the same base part.

export interface ChosenBy {
  readonly files: ReadonlyMap<AbsolutePath, readonly Looked[]>;
  readonly excerpted: Excerpted | undefined;
}

/** Everything on this machine that the choice of packages depends on, and all of the base part that is no package's. */
export async function lookedAt(
  { sys, decided, workspace }: BaseJob,
  prepared: Prepared,
  watched: Recording,
): Promise<ChosenBy> {
  const { plan, hostRoot } = decided;
  const own = treesAndScripts(plan).flatMap((path) => treeWitnesses(sys, path));
  const all = [
    ...prepared.witnesses().map((path) => ({ path, follow: true, names: true })),
    ...seenFiles(watched, hostRoot, workspace),
  ];
  const excerpted = await prepared.excerpt();
  const inExcerpt = new Set(excerpted?.paths);
  const host = all.filter(({ path }) => !inExcerpt.has(path));
  const machine = absolutePath('/');
  const files =
    hostRoot === machine
      ? new Map([[machine, [...own, ...host]]])
      : new Map([
          [machine, own],
          [hostRoot, host],
        ]);
  return { files, excerpted };
}

export function takeChosen(
  { sys, decided: { hostRoot } }: BaseJob,
  { files, excerpted }: ChosenBy,
  now: bigint,
): Inputs | undefined {
  const inputs = takeInputs(sys, files, now);
  if (inputs === undefined || excerpted === undefined) return inputs;
  const excerpt = takeExcerpt(sys, hostRoot, excerpted, now, excerptDigest);
  return excerpt && joinedInputs(inputs, excerpt);
}

/** The files that taking the archives has looked at; undefined where one changed meanwhile. */
export function takenBy({ sys, decided, workspace }: BaseJob, watched: Recording, now: bigint) {
  const { hostRoot } = decided;
  return takeInputs(sys, new Map([[hostRoot, seenFiles(watched, hostRoot, workspace)]]), now);
}
