import { merged } from '../formats/merged-usr.ts';
import type { Base } from '../model/base.ts';
import type { Codec } from '../model/image.ts';
import type { Sys } from '../model/sys.ts';
import { readHostOwners } from '../packages/install.ts';
import { assertBootable, lacksLibraries, namePackages, verifyImage } from '../verify/verify.ts';
import type { VerifyReport } from '../verify/report.ts';
import type { Decided } from './decide.ts';

/** Reads an image back and holds it against the plan; throws where it would not boot. */
export async function verify(
  sys: Sys,
  { plan, compressions, hostRoot }: Decided,
  { owners }: Base,
  image: Iterable<Uint8Array>,
  { decompress }: Codec,
): Promise<VerifyReport> {
  const read = await verifyImage({
    image,
    decompress: (compression, chunks) => decompress(chunks, compression),
    expect: {
      kernelVersion: plan.kernelVersion,
      modules: plan.modules.files.map(({ path }) => path),
      compressions,
      firmware: plan.firmware.files.map(({ value }) => merged(value)),
      rootNeeds: plan.modules.rootNeeds,
      programs: plan.programs,
    },
    owners,
  });
  // The host's database tells which package has a missing library; it is read only where one is missing.
  const verified = lacksLibraries(read)
    ? namePackages(read, await readHostOwners(sys, plan.packages.manager, hostRoot))
    : read;
  assertBootable(verified);
  return verified;
}
