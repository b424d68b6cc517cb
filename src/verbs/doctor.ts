import { printLastBoot, printLastBootJson, type LastBoot } from '../cli/print-last-boot.ts';
import { findLeftOut, observe, type Known } from '../doctor/left-out.ts';
import { indexAliases } from '../formats/modules-alias.ts';
import { markRead, readBootRecord } from '../host/boot-record.ts';
import { readModuleIndex } from '../host/module-index.ts';
import type { AbsolutePath } from '../model/brands.ts';
import type { BootRecord, LeftOut } from '../model/boot-record.ts';
import { BuildError, UsageError } from '../model/errors.ts';
import type { ModuleIndex } from '../model/facts.ts';
import type { DoctorInvocation } from '../model/invocation.ts';
import type { Plan } from '../model/plan.ts';
import type { StorageNode } from '../model/storage.ts';
import type { Sys } from '../model/sys.ts';
import { needsOfSignature } from '../plan/storage/signatures.ts';
import { explainLeftOut, planOf } from './explain-left-out.ts';
import type { Answer, Surroundings } from './verb.ts';

/** `pkginitrd doctor --last-boot`: what a boot that failed has left behind, and why its image lacked what it asked for. */
export async function doctor(
  sys: Sys,
  { hostRoot, format }: DoctorInvocation,
  surroundings: Surroundings,
): Promise<Answer> {
  assertRoot(surroundings);
  const host = sys.root(hostRoot);
  const found = readBootRecord(host);
  const print = { text: printLastBoot, json: printLastBootJson }[format];
  const { record, problems } = found;
  if (record === undefined) {
    const [problem] = problems;
    if (problem === undefined) return { result: print(undefined), remarks: [] };
    throw new BuildError(problem, {
      hint: 'Remove it; the next boot that fails leaves another one',
    });
  }
  const { lastBoot, remarks } = await compare(sys, hostRoot, record, surroundings);
  return {
    result: print(lastBoot),
    remarks: [...problems.map(passedOver), ...remarks, ...marked(() => markRead(host))].map(
      (each) => `pkginitrd: ${each}`,
    ),
  };
}

function passedOver(problem: string): string {
  return `Warning: ${problem}, and is passed over: remove it`;
}

function assertRoot({ user }: Surroundings): void {
  if (user === 0) return;
  throw new UsageError(
    `Cannot read the record of a boot as user ${user}: it is root's alone`,
    'Run it with sudo',
  );
}

async function compare(
  sys: Sys,
  hostRoot: AbsolutePath,
  record: BootRecord,
  surroundings: Surroundings,
): Promise<{ readonly lastBoot: LastBoot; readonly remarks: readonly string[] }> {
  const bare = { record, image: null, isCompared: false, diagnoses: [], observations: [] };
  try {
    return await compareWithPlan(sys, hostRoot, record, surroundings);
  } catch (error) {
    // A record is worth reading where nothing can be built, too.
    if (!(error instanceof BuildError || error instanceof UsageError)) throw error;
    const remark = `It is not known why something was left out: ${error.message}`;
    return { lastBoot: bare, remarks: [remark] };
  }
}

/** Throws what a build would, and what cannot be read of the kernel or the packages. */
async function compareWithPlan(
  sys: Sys,
  hostRoot: AbsolutePath,
  record: BootRecord,
  surroundings: Surroundings,
): Promise<{ readonly lastBoot: LastBoot; readonly remarks: readonly string[] }> {
  const compared = await planOf(sys, hostRoot, record, surroundings);
  const { decided, image, remarks } = compared;
  const { plan, kernelRoot } = decided;
  const index = readModuleIndex(sys.root(kernelRoot), plan.modules.directory);
  const known = knownOf(index, compared.planThen ?? plan);
  const diagnoses = [];
  for (const leftOut of relevant(findLeftOut(record, known))) {
    diagnoses.push(await explainLeftOut(sys, compared, index, leftOut, surroundings));
  }
  const observations = observe(record, known);
  return { lastBoot: { record, image, isCompared: true, diagnoses, observations }, remarks };
}

function knownOf(index: ModuleIndex, { storage }: Plan): Known {
  const names = new Set([...index.paths.values()].map(({ name }) => name));
  return {
    driversOf: indexAliases(index.aliases),
    isModule: (name) => names.has(name),
    needsOf: needsOfSignature,
    isPlanned: ({ node }) =>
      storage.some(({ fileSystem, below }) => fileSystem === node || hasNode(below, node)),
  };
}

function hasNode(nodes: readonly StorageNode[], type: string): boolean {
  return nodes.some(
    (node) => node.type === type || (node.type !== 'disk' && hasNode(node.below, type)),
  );
}

// Each is explained by what a build would do, which takes its time; more than some nobody reads.
const most = 20;

function relevant(all: readonly LeftOut[]): readonly LeftOut[] {
  return all.slice(0, most);
}

/** That a record was read cannot always be noted. */
function marked(note: () => void): readonly string[] {
  try {
    note();
    return [];
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return [`Warning: ${error.message}, so that builds go on to remind you of the record`];
  }
}
