import { logger } from '../../log.ts';
import type { Sys } from '../../model/sys.ts';
import type { PackageRequest } from '../driver.ts';
import { installedCommand } from './commands.ts';

const debug = logger('packages');

export interface HostRpm {
  /** [EPOCH:]VERSION-RELEASE, as the managers print it. */
  readonly version: string;
  readonly architecture: string;
}

/** What the host has installed, from rpm's database where it lies; undefined where it cannot be read. */
export async function readHostRpms(
  sys: Sys,
  request: PackageRequest,
): Promise<ReadonlyMap<string, HostRpm> | undefined> {
  const ran = await sys.run(installedCommand(request));
  if (ran.exitCode === 0) return parseInstalled(ran.stdout);
  debug('cannot read the rpm database: %s', ran.stderr);
  return undefined;
}

/** "NAME\tEPOCH:VERSION-RELEASE\tARCHITECTURE" for each package; of one installed twice, as a kernel is, the last. */
export function parseInstalled(output: string): ReadonlyMap<string, HostRpm> {
  const rows = output.split('\n').map((line) => line.split('\t'));
  return new Map(
    rows.flatMap(([name = '', version, architecture]) =>
      version === undefined || architecture === undefined || name === 'gpg-pubkey'
        ? []
        : [[name, { version: withoutZeroEpoch(version), architecture }]],
    ),
  );
}

export function withoutZeroEpoch(version: string): string {
  return version.replace(/^0:/, '');
}
