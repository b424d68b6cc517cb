import { parseRpmHeader } from '../../formats/rpm-header.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Command, Sys } from '../../model/sys.ts';
import type { HostRpm, InstalledRpm } from './front-end.ts';
import { anyFailure, managerSandbox } from './layout.ts';

/** Reads what is installed in just these versions, by name; without what was built before rpm 4. */
export async function readInstalledRpms(
  sys: Sys,
  request: PackageRequest,
  wanted: readonly (HostRpm & { readonly name: string })[],
): Promise<ReadonlyMap<string, InstalledRpm>> {
  if (wanted.length === 0) return new Map();
  const ran = await sys.run(
    headersCommand(
      request,
      wanted.map(({ name, version, architecture }) => `${name}-${version}.${architecture}`),
    ),
  );
  return parseHeaders(ran.stdout);
}

/**
 * Prints for packages of the host's database, given as NAME-VERSION-RELEASE.ARCHITECTURE, "=NAME", the header as it was
 * built in base64, and "-" with the states of the files.
 */
export function headersCommand(request: PackageRequest, packages: readonly string[]): Command {
  return {
    argv: [
      'rpm',
      ...['--query', '--queryformat'],
      '=%{NAME}\\n%{HEADERIMMUTABLE:base64}\\n-[%{FILESTATES} ]\\n',
      ...packages,
    ],
    okExit: anyFailure,
    sandbox: managerSandbox(request, false),
    purpose: 'Read the headers of installed packages',
  };
}

/** Reads "=NAME", lines of base64 and "-STATE..." for each package. */
export function parseHeaders(output: string): ReadonlyMap<string, InstalledRpm> {
  const found = new Map<string, InstalledRpm>();
  for (const block of output.split(/^=/m)) {
    const [, name, rawHeader, states] = /^(\S+)\n([\w+/=\n]+)\n-(.*)$/m.exec(block) ?? [];
    if (name === undefined || rawHeader === undefined) continue;
    const notInstalled = (states ?? '')
      .split(' ')
      .flatMap((state, index) => (['2', '3', '4'].includes(state) ? [index] : []));
    const header = parseRpmHeader(Buffer.from(rawHeader, 'base64'));
    found.set(name, { header, notInstalled: new Set(notInstalled) });
  }
  return found;
}
