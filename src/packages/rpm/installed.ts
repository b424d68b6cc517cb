import { parseRpmHeader, type RpmHeader } from '../../formats/rpm-header.ts';
import type { Sys } from '../../model/sys.ts';
import type { PackageRequest } from '../driver.ts';
import { headersCommand } from './commands.ts';
import type { HostRpm } from './host.ts';

/** A package as rpm's database has it. */
export interface InstalledRpm {
  /** As it was built: what the installation added is not in it. */
  readonly header: RpmHeader;
  /** Numbers of files that were left out when it was installed, as documentation may be. */
  readonly notInstalled: ReadonlySet<number>;
}

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
