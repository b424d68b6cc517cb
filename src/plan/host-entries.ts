import { merged } from '../formats/merged-usr.ts';
import { BuildError } from '../model/errors.ts';
import type { HostFacts, HostFile } from '../model/facts.ts';
import type { HostEntry } from '../model/plan.ts';
import { describeReason } from '../model/reason.ts';

const crypttab = '/etc/crypttab';
const mebibyte = 2 ** 20;
// A detached LUKS2 header has 16 MiB.
const most = 64 * mebibyte;

/**
 * The files of the host part. Of crypttab only the lines for the initrd are in it, where HostFiles= names it; what lies in /run goes to
 * the same place in /etc, which comes before it, since /run of an initrd is empty.
 * @throws BuildError where they are larger than an initrd should be
 */
export function hostEntries(facts: HostFacts): readonly HostEntry[] {
  assertSmall(facts.hostFiles);
  const entries = new Map<string, HostEntry>();
  const lines = facts.crypttab.map(({ line }) => `${line}\n`).join('');
  for (const file of facts.hostFiles.toSorted(runFirst)) {
    const path = target(file.path);
    if (file.path !== crypttab) entries.set(path, copied(file, path));
    else if (lines !== '') entries.set(path, tableEntry(file, path, lines));
  }
  return [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A file of /etc counts for more than the one of /run that goes to its place. */
function runFirst(a: HostFile, b: HostFile): number {
  return Number(b.path.startsWith('/run/')) - Number(a.path.startsWith('/run/'));
}

function target(path: string): string {
  return merged(path.replace(/^\/run\//, '/etc/').slice(1));
}

function copied({ path: source, reason, secret, isMask }: HostFile, path: string): HostEntry {
  const mode = !secret ? 0o644 : path.startsWith('etc/systemd/network/') ? 0o444 : 0o400;
  const content = isMask
    ? ({ type: 'text', text: '' } as const)
    : ({ type: 'copy', source } as const);
  return { path, mode, content, secret, from: reason };
}

function tableEntry({ reason }: HostFile, path: string, text: string): HostEntry {
  return { path, mode: 0o600, content: { type: 'text', text }, secret: false, from: reason };
}

function assertSmall(files: readonly HostFile[]): void {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const [largest] = files.toSorted((a, b) => b.size - a.size);
  if (largest === undefined || total <= most) return;
  const inMebibytes = (bytes: number): number => Math.ceil(bytes / mebibyte);
  throw new BuildError(
    `Cannot take ${inMebibytes(total)} MiB of the host into an initrd, at most ${most / mebibyte}: the largest is "${largest.path}" ` +
      `with ${inMebibytes(largest.size)} MiB (${describeReason(largest.reason)})`,
    { hint: `Leave it out with "HostFiles=-${largest.path}"` },
  );
}
