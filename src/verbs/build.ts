import type { Inputs } from '../cache/inputs.ts';
import {
  printBeginning,
  printReceipt,
  printReceiptJson,
  printSummary,
  printWarnings,
} from '../cli/print-receipt.ts';
import { codec } from '../compress/compress.ts';
import { isUnread } from '../host/boot-record.ts';
import { makeManifest, manifestBytes, placedManifest } from '../image/manifest.ts';
import { readParts, writeParts } from '../image/parts.ts';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { UsageError } from '../model/errors.ts';
import type { BuildInvocation } from '../model/invocation.ts';
import type { Receipt } from '../model/receipt.ts';
import type { Sys } from '../model/sys.ts';
import { foreseePlace } from '../place/foresee.ts';
import { place, placeManifest } from '../place/place.ts';
import { assertTaken } from '../place/taker.ts';
import { placePrebuilt, prebuiltInitrd } from '../place/prebuilt.ts';
import { broughtPaths } from '../root/tree-files.ts';
import { getBase } from './base.ts';
import { decide, type Decided } from './decide.ts';
import { inWorkspace } from './in-workspace.ts';
import { indexing } from './indexing.ts';
import { locked } from './locked.ts';
import { getKernel } from './kernel.ts';
import { keepInMemory, planInputs, startMemory, type Memory } from './memory.ts';
import { ownSettings } from './own-settings.ts';
import { openPartCache } from './part-cache.ts';
import { partChunks } from './part-chunks.ts';
import { keepPlan, recallPlan } from './recall-plan.ts';
import { stopwatch, type Stopwatch } from './stopwatch.ts';
import type { Answer, Surroundings } from './verb.ts';
import { keepVerdict, recallVerdict } from './verdict.ts';
import { verify } from './verify.ts';

/** `pkginitrd build` and kernel-install's `add`: the whole way from a request to an image in its place. */
export async function build(
  sys: Sys,
  invocation: BuildInvocation,
  surroundings: Surroundings,
): Promise<Answer> {
  assertRoot(surroundings);
  const { request, destination, verbose } = invocation;
  assertTaken(sys, destination);
  const prebuilt = prebuiltInitrd(sys, invocation);
  if (prebuilt !== undefined) {
    const warnings = await placePrebuilt(sys, prebuilt, ownSettings(sys, surroundings));
    const remark = `pkginitrd: Took the prebuilt "${prebuilt.source}"`;
    const remarks = warnings.map((warning) => `pkginitrd: Warning: ${warning}`);
    return { result: '', remarks: [...remarks, ...(verbose ? [remark] : [])] };
  }
  const words = wordsOf(invocation, surroundings);
  const { tell, report } = words === 'steps' ? surroundings : { tell: () => {}, report: () => {} };
  const steps = stopwatch(sys, report);
  const memory = startMemory(sys, request, surroundings.temporaryDirectory);
  const planned = await steps.take(
    'plan',
    'Planning',
    async (): Promise<Planned> =>
      recallPlan(sys, memory, request, surroundings) ?? {
        decided: await decide(memory.sys, request, surroundings, memory.machine),
      },
  );
  const { config, plan } = planned.decided;
  if (words === 'summary') surroundings.tell(printBeginning(plan.kernelVersion, destination));
  const brought = () => broughtPaths(sys, plan.root.extraTrees);
  const { path, warnings } = foreseePlace(sys, invocation, { ...config, ...plan, brought });
  for (const warning of warnings) surroundings.tell(`pkginitrd: Warning: ${warning}`);
  const means = { ...surroundings, tell, report };
  const receipt = await locked(sys, path, tell, () =>
    inWorkspace(sys, surroundings.temporaryDirectory, (workspace) =>
      carryOut(sys, invocation, means, planned, memory, workspace, steps),
    ),
  );
  if (invocation.format === 'json') return { result: printReceiptJson(receipt), remarks: [] };
  if (words === 'steps') return { result: printReceipt(receipt), remarks: [] };
  const summary = words === 'summary' ? [printSummary(receipt, destination)] : [];
  return { result: '', remarks: [...printWarnings(receipt), ...summary] };
}

/** A boot that failed, of which nobody has asked why. */
function unreadRecord(sys: Sys, hostRoot: AbsolutePath): readonly string[] {
  return isUnread(sys.root(hostRoot))
    ? ['A boot has stopped in the initrd: "pkginitrd doctor --last-boot" says what was missing']
    : [];
}

/** kernel-install and hooks run inside a package manager's transaction, where each step is not worth a line. */
function wordsOf(
  { destination, verbose, quiet, format }: BuildInvocation,
  { inTransaction }: Surroundings,
): 'steps' | 'summary' | 'problems' {
  if (quiet) return 'problems';
  const isByHand = destination.type === 'path' && !inTransaction;
  return verbose || format === 'json' || isByHand ? 'steps' : 'summary';
}

function assertRoot({ user }: Surroundings): void {
  if (user === 0) return;
  throw new UsageError(
    `Cannot build as user ${user}: installing packages needs root`,
    'Run it with sudo; "--dry-run" works for every user',
  );
}

/** A plan, and the files that it was made of where it was made before. */
interface Planned {
  readonly decided: Decided;
  readonly inputs?: Inputs;
}

async function carryOut(
  sys: Sys,
  invocation: BuildInvocation,
  surroundings: Surroundings,
  planned: Planned,
  memory: Memory,
  workspace: AbsolutePath,
  steps: Stopwatch,
): Promise<Receipt> {
  const { vendorDirectory, memoryDirectories, tell, report } = surroundings;
  const { decided } = planned;
  const { plan } = decided;
  const packing = codec(sys);
  const means = { sys, decided, workspace, memoryDirectories, codec: packing, steps, report };
  const job = { ...means, indexing: indexing(means) };
  const cache = await openPartCache(sys, decided, surroundings);
  // Builds that share a host share its caches.
  const inTurn = <T>(work: (release: () => void) => Promise<T>): Promise<T> =>
    locked(sys, absolutePath(`${decided.hostRoot}/var/cache/pkginitrd`), tell, work);
  const { base, facts, ...baseNotes } = await inTurn((release) => getBase(job, cache, release));
  const epoch = plan.sourceDateEpoch ?? base.newestPackageTime;
  const manifest = makeManifest({ ...decided, ...base, epoch, vendorDirectory });
  const { kernel, ...kernelNotes } = await getKernel(job, cache, { base, manifest, epoch }, inTurn);
  const parts = await steps.take('image', 'Writing the image', () =>
    writeParts(sys, { ...decided, base, ready: [base.part, kernel], epoch }, workspace, packing),
  );
  // An image with a new part is one that nobody has judged.
  const judge = 'type' in cache || kernelNotes.from.type === 'made' ? undefined : cache;
  const { verified, isRecalled } = await steps.take(
    'verify',
    'Reading the image back',
    async () => {
      const known = judge && recallVerdict(sys, judge, decided, parts);
      if (known !== undefined) return { verified: known, isRecalled: true };
      const judged = await verify(sys, decided, { base, facts, report }, parts, packing);
      return { verified: judged, isRecalled: false };
    },
  );
  const { bytes } = verified;
  const { path: image, warnings: dropped } = await steps.take(
    'place',
    'Putting the image in its place',
    () =>
      place(
        sys,
        {
          ...verified,
          chunks: partChunks(sys, parts, report),
          entries: () => readParts(sys, parts, packing),
        },
        { ...invocation, ...plan, keepPrevious: decided.config.keepPrevious },
      ),
  );
  const beside = placedManifest(manifest, base.packages, parts, { ...verified, path: image });
  const unplaced = await placeManifest(sys, invocation.destination, image, beside);
  const placed = { path: image, bytes, manifest: manifestBytes(manifest) };
  const inputs = planned.inputs ?? planInputs(sys, memory, decided);
  const forgotten = await keepInMemory(
    ...([sys, memory, invocation, decided, { base, ...baseNotes }, placed] as const),
    ...([inputs, surroundings.tool()] as const),
  );
  const unkept =
    'type' in cache || (isRecalled && planned.inputs !== undefined)
      ? []
      : await inTurn(async () => [
          ...(await keepVerdict(sys, cache, decided, verified)),
          ...(inputs === undefined
            ? []
            : await keepPlan(sys, cache, memory, invocation.request, surroundings, {
                decided,
                inputs,
              })),
        ]);
  return {
    image,
    bytes,
    kernelVersion: plan.kernelVersion,
    parts,
    origins: [
      { part: 'base', from: baseNotes.from },
      { part: 'kernel', from: kernelNotes.from },
    ],
    packages: base.packages,
    modules: plan.modules.files.length,
    firmware: plan.firmware.files.length,
    missingFirmware: plan.firmware.missing.map(({ value }) => value),
    steps: steps.taken(),
    warnings: [
      ...[...plan.warnings, ...base.warnings, ...verified.warnings, ...unplaced],
      ...[...baseNotes.warnings, ...kernelNotes.warnings, ...dropped, ...forgotten, ...unkept],
      ...unreadRecord(sys, decided.hostRoot),
    ],
  };
}
