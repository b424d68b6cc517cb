import type { Command } from '../../model/sys.ts';
import type { ResolvedArchive } from '../driver.ts';
import { findArchive, type RpmJob } from './host.ts';
import { anyFailure, managerSandbox, nameVersionArchitecture } from './layout.ts';

/**
 * The digests of an installed package's header with the states of its files, and the stamp of a file in a cache, which
 * the managers name no digest of.
 */
export async function rpmRecords(
  job: RpmJob,
  archives: readonly ResolvedArchive[],
): Promise<ReadonlyMap<ResolvedArchive, string>> {
  const installed = archives.filter(({ origin }) => origin === 'installed');
  const headers = await readRecords(job, installed);
  const files = job.sys.root(job.request.hostRoot);
  const records = archives.flatMap((archive): readonly (readonly [ResolvedArchive, string])[] => {
    if (archive.origin === 'installed') {
      const found = headers.get(identity(archive));
      return found === undefined ? [] : [[archive, found]];
    }
    const cached = findArchive(job, archive);
    const stamp = cached === undefined ? undefined : files.stamp(cached.path);
    return stamp === undefined ? [] : [[archive, stamp.text]];
  });
  return new Map(records);
}

async function readRecords(
  { sys, request }: RpmJob,
  installed: readonly ResolvedArchive[],
): Promise<ReadonlyMap<string, string>> {
  if (installed.length === 0) return new Map();
  const ran = await sys.run({
    argv: [
      'rpm',
      ...['--query', '--queryformat'],
      `${nameVersionArchitecture}\\t%{SHA1HEADER} %{SHA256HEADER} %{SIGMD5} [%{FILESTATES} ]\\n`,
      ...installed.map(({ name, version, architecture }) => `${name}-${version}.${architecture}`),
    ],
    okExit: anyFailure,
    sandbox: managerSandbox(request, false),
    purpose: 'Read the digests of installed packages',
  } satisfies Command);
  return parseRecords(ran.stdout);
}

/** "NAME\tEPOCH:VERSION-RELEASE\tARCHITECTURE\tRECORD" for each package. */
export function parseRecords(output: string): ReadonlyMap<string, string> {
  const rows = output.split('\n').map((line) => line.split('\t'));
  return new Map(
    rows.flatMap(([name = '', version, architecture, record]) =>
      version === undefined || architecture === undefined || record === undefined
        ? []
        : [[identity({ name, version: version.replace(/^0:/, ''), architecture }), record]],
    ),
  );
}

function identity({
  name,
  version,
  architecture,
}: Pick<ResolvedArchive, 'name' | 'version' | 'architecture'>): string {
  return `${name}-${version}.${architecture}`;
}
