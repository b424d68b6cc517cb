import { createHash } from 'node:crypto';
import type { Job, PackageDriver, Resolution, ResolvedArchive } from '../driver.ts';

/**
 * Digest of a choice of packages: the same, and the same archives are taken, as long as no file changes that taking them
 * looked at. Undefined where that cannot be told before.
 */
export async function choiceOf<Host>(
  driver: PackageDriver<Host>,
  job: Job<Host>,
  { archives }: Resolution,
): Promise<string | undefined> {
  const unnamed = archives.filter((archive) => !isNamed(archive));
  const records = unnamed.length === 0 ? new Map() : await driver.records(job, unnamed);
  if (unnamed.some((archive) => !records.has(archive))) return undefined;
  const lines = archives.map((archive) => {
    const { name, version, architecture, digest } = archive;
    return [name, version, architecture, isNamed(archive) ? digest : records.get(archive)];
  });
  return createHash('sha256').update(JSON.stringify(lines)).digest('hex');
}

/** Its digest is known, and it is the archive itself that will be taken. */
function isNamed({ origin, digest }: ResolvedArchive): boolean {
  return origin !== 'installed' && digest !== undefined;
}
