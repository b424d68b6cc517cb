import { merged } from '../formats/merged-usr.ts';
import { fileChunks } from '../image/write-image.ts';
import type { Base } from '../model/base.ts';
import type { Codec, WrittenPart } from '../model/image.ts';
import type { Report } from '../model/progress.ts';
import type { Sys } from '../model/sys.ts';
import { readHostOwners } from '../packages/install.ts';
import { readBack, type PartFacts } from '../verify/read-back.ts';
import {
  assertBootable,
  knownMembers,
  lacksLibraries,
  namePackages,
  verifyImage,
  type VerifyInput,
} from '../verify/verify.ts';
import type { VerifyReport } from '../verify/report.ts';
import type { Decided } from './decide.ts';
import { partChunks } from './part-chunks.ts';

/** Reads a part back by itself: with what was seen then, images that it goes into are verified. */
export async function readPartBack(
  sys: Sys,
  { file }: WrittenPart,
  { decompress }: Codec,
): Promise<PartFacts | undefined> {
  return readBack(fileChunks(sys, file), (compression, chunks) => decompress(chunks, compression));
}

/** Reads an image of `parts` back and holds it against the plan; throws where it would not boot. */
export async function verify(
  sys: Sys,
  decided: Decided,
  {
    base,
    facts,
    report,
  }: { readonly base: Base; readonly facts: PartFacts | undefined; readonly report: Report },
  parts: readonly WrittenPart[],
  { decompress }: Codec,
): Promise<VerifyReport> {
  const { plan, hostRoot } = decided;
  const known = knownMembers(
    parts.map(({ name, bytes }) => ({ bytes, facts: name === 'base' ? facts : undefined })),
  );
  const read = await verifyImage({
    image: partChunks(sys, parts, report),
    known,
    decompress: (compression, chunks) => decompress(chunks, compression),
    expect: expectations(decided),
    owners: base.owners,
  });
  // The host's database tells which package has a missing library; it is read only where one is missing.
  const verified = lacksLibraries(read)
    ? namePackages(read, await readHostOwners(sys, plan.packages.manager, hostRoot))
    : read;
  assertBootable(verified);
  return verified;
}

/** What an image is held against. Plain JSON. */
export function expectations({ plan, compressions }: Decided): VerifyInput['expect'] {
  return {
    kernelVersion: plan.kernelVersion,
    isGeneric: plan.generic,
    modules: plan.modules.files.map(({ path }) => path),
    compressions,
    firmware: plan.firmware.files.map(({ value }) => merged(value)),
    rootNeeds: plan.modules.rootNeeds,
    programs: plan.programs,
  };
}
