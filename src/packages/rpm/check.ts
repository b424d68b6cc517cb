import type { PackageRequest } from '../../model/package-request.ts';
import type { Command, Sys } from '../../model/sys.ts';
import { anyFailure, inside, managerSandbox, rpmPaths } from './layout.ts';

/** signed: by a key that the host trusts. intact: by another key, or by nobody. */
export type Verdict = 'signed' | 'intact' | 'damaged';

/** rpm's verdicts on archives, by their paths in the cache of this build. */
export async function checkRpms(
  sys: Sys,
  request: PackageRequest,
  files: readonly string[],
): Promise<ReadonlyMap<string, Verdict>> {
  if (files.length === 0) return new Map();
  const ran = await sys.run(checkCommand(request, files));
  const verdicts = parseChecked(ran.stdout);
  return new Map(files.map((file) => [file, verdicts.get(`${inside.cache}/${file}`) ?? 'damaged']));
}

/** Prints of each archive which digests and signatures are right, by the keys that the empty system trusts. */
export function checkCommand(request: PackageRequest, files: readonly string[]): Command {
  return {
    argv: [
      'rpmkeys',
      ...['--root', inside.empty, '--checksig', '--verbose'],
      ...files.map((file) => `${inside.cache}/${file}`),
    ],
    okExit: anyFailure,
    sandbox: managerSandbox(request, false),
    purpose: 'Check digests and signatures of the packages',
  };
}

/** Reads "FILE:" and below it a line for each digest and signature that ends in OK, NOKEY, BAD and the like. */
export function parseChecked(output: string): ReadonlyMap<string, Verdict> {
  const verdicts = new Map<string, Verdict>();
  for (const block of output.split(/^(?=\S)/m)) {
    const [head = '', ...lines] = block.split('\n');
    const items = lines.flatMap((line) => {
      const [, what, status] = /^\s+(.*?): ([A-Z]+)\b/.exec(line) ?? [];
      return what === undefined || status === undefined ? [] : [{ what, status }];
    });
    const has = (status: string, pattern: RegExp): boolean =>
      items.some((item) => item.status === status && pattern.test(item.what));
    const isIntact = has('OK', /digest$/i) && !has('BAD', /./);
    const isSigned = has('OK', /signature/i) && !has('NOKEY', /./) && !has('NOTTRUSTED', /./);
    verdicts.set(head.replace(/:$/, ''), !isIntact ? 'damaged' : isSigned ? 'signed' : 'intact');
  }
  return verdicts;
}

// The empty system has no keys, and a manager that may not ask refuses what it needs a new key for.
export async function trustHostKeys(sys: Sys, request: PackageRequest): Promise<void> {
  const keys = await sys.run(hostKeysCommand(request));
  if (!keys.stdout.includes('BEGIN PGP PUBLIC KEY')) return;
  sys.root(rpmPaths(request).state).write('empty/keys.asc', keys.stdout, 0o644);
  await sys.run(importKeysCommand(request));
}

/** Prints the public keys that the host's rpm trusts. */
export function hostKeysCommand(request: PackageRequest): Command {
  return {
    argv: ['rpm', '--query', '--all', 'gpg-pubkey', '--queryformat', '%{DESCRIPTION}\\n'],
    okExit: [0, 1],
    sandbox: managerSandbox(request, false),
    purpose: 'Read the keys that the host trusts',
  };
}

/** Makes a system without packages trust those keys. */
export function importKeysCommand(request: PackageRequest): Command {
  return {
    argv: ['rpmkeys', '--root', inside.empty, '--import', `${inside.empty}/keys.asc`],
    sandbox: managerSandbox(request, false),
    purpose: 'Take over the keys that the host trusts',
  };
}
