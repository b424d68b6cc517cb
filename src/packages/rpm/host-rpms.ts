import { logger } from '../../log.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Command, Sys } from '../../model/sys.ts';
import type { HostRpm } from './front-end.ts';
import { managerSandbox, nameVersionArchitecture, withoutZeroEpoch } from './layout.ts';

const debug = logger('packages');

/** The host's installed packages, from rpm's database in its place; undefined where it cannot be read. */
export async function readHostRpms(
  sys: Sys,
  request: PackageRequest,
): Promise<ReadonlyMap<string, readonly HostRpm[]> | undefined> {
  const ran = await sys.run(installedCommand(request));
  if (ran.exitCode === 0) return parseInstalled(ran.stdout);
  debug('cannot read the rpm database: %s', ran.stderr);
  return undefined;
}

/** Prints name, version and architecture of everything on the host. */
export function installedCommand(request: PackageRequest): Command {
  return {
    argv: ['rpm', '--query', '--all', '--queryformat', `${nameVersionArchitecture}\\n`],
    okExit: [0, 1],
    sandbox: managerSandbox(request, false),
    purpose: 'Read which packages the host has installed',
  };
}

/**
 * "NAME\tEPOCH:VERSION-RELEASE\tARCHITECTURE" for each package, by name: kernels are installed in several versions, and
 * libraries for several architectures.
 */
export function parseInstalled(output: string): ReadonlyMap<string, readonly HostRpm[]> {
  const found = new Map<string, HostRpm[]>();
  for (const line of output.split('\n')) {
    const [name = '', version, architecture] = line.split('\t');
    if (version === undefined || architecture === undefined || name === 'gpg-pubkey') continue;
    const same = found.get(name) ?? [];
    same.push({ version: withoutZeroEpoch(version), architecture });
    found.set(name, same);
  }
  return found;
}
