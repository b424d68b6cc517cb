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
): Promise<ReadonlyMap<string, HostRpm> | undefined> {
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
