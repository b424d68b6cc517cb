import { BuildError } from '../../model/errors.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Command, Ran } from '../../model/sys.ts';
import { env, options, type DnfDialect } from './dnf-dialect.ts';
import { managerSandbox } from './layout.ts';

/** Fetches what the cache lacks, and checks digests and signatures of all. */
export function downloadCommand(
  dialect: DnfDialect,
  request: PackageRequest,
  wanted: readonly string[],
  network: boolean,
): Command {
  return {
    argv: [
      dialect.program,
      ...options(dialect, request),
      ...(network ? dialect.withNetwork : dialect.cacheOnly),
      // What is asked for by its version has been decided on.
      dialect.withoutExcludes,
      ...['--setopt=keepcache=1', ...dialect.fetchOnly, '--assumeyes', 'install', ...wanted],
    ],
    okExit: [0, 1],
    env,
    sandbox: managerSandbox(request, network),
    purpose: 'Fetch the packages',
  };
}

/** The refusal of a download, where its output tells what is wrong. */
export function explainDownload({ program }: DnfDialect, ran: Ran): BuildError | undefined {
  const text = `${ran.stdout}\n${ran.stderr}`;
  // The second is dnf 5's.
  const [, unsigned] =
    /^Package (\S+)\.rpm is not signed/m.exec(text) ??
    /^OpenPGP check for package "(\S+)" .* has failed: The package is not signed/m.exec(text) ??
    [];
  if (unsigned !== undefined) {
    return new BuildError(`Cannot install "${unsigned}": it is not signed`, {
      hint: 'Get it from a repository whose packages are signed',
    });
  }
  const [, key] =
    /(?:file|https?):\/\/(\S+?\S*?)["']?(?:: | \[|\]|$)/m.exec(
      text.split('\n').find((line) => /curl error \(37\)|GPG key|gpgkey/i.test(line)) ?? '',
    ) ?? [];
  const [, file] = /^cannot open file: .*\[(.*)\]$/m.exec(text) ?? [];
  if (!/GPG|OpenPGP|curl error \(37\)/.test(text) && file === undefined) return undefined;
  const named = file ?? key;
  return new BuildError(
    `Cannot check the signatures of the packages: ${program} cannot use the key${named === undefined ? '' : ` "${named}"`}`,
    { hint: 'Install the key that the gpgkey= of the repository names' },
  );
}
