import { BuildError } from '../../model/errors.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Command, Ran } from '../../model/sys.ts';
import { managerSandbox } from './layout.ts';
import { env, failures, options, weak } from './zypper-options.ts';

/** Fetches what the cache lacks, and checks digests and signatures of all. Nothing is installed on the way. */
export function downloadCommand(
  request: PackageRequest,
  wanted: readonly string[],
  network: boolean,
): Command {
  return {
    argv: ['zypper', ...options, 'install', '--download-only', ...weak(request), ...wanted],
    okExit: failures,
    env,
    sandbox: managerSandbox(request, network),
    purpose: 'Fetch the packages',
  };
}

/** The refusal of a download, where its output tells what is wrong. */
export function explainDownload(ran: Ran): BuildError | undefined {
  const text = `${ran.stdout}\n${ran.stderr}`;
  const [, file] = /^(?:Package|File) (\S+)[^\n]*Signature verification failed/ms.exec(text) ?? [];
  if (!/Signature verification failed/.test(text)) return undefined;
  return new BuildError(
    `Cannot check the signature of ${file === undefined ? 'a package' : `"${file}"`}: no key that the host trusts has made it`,
    { hint: 'Import the key of the repository: "rpm --import FILE"' },
  );
}
