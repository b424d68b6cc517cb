import { merged } from '../formats/merged-usr.ts';
import { BuildError } from '../model/errors.ts';
import type { HostFacts, HostFile } from '../model/facts.ts';
import type { HostEntry, ModulePlan } from '../model/plan.ts';
import { describeReason } from '../model/reason.ts';
import { isHopeless } from './crypttab-words.ts';
import { earlyLines, type EarlyContext } from './early.ts';
import { nestedDevices } from './nested-devices.ts';

const crypttab = '/etc/crypttab';
const mebibyte = 2 ** 20;
// A detached LUKS2 header has 16 MiB.
const most = 64 * mebibyte;

interface Options {
  readonly profiles: readonly string[];
  readonly bootRecord: boolean;
}

/**
 * The files of the host part. Tables and drop-ins that are for the whole host are in it with the lines for the initrd only; what
 * lies in /run goes to the same place in /etc, which comes before it, since /run of an initrd is empty.
 * @throws BuildError where they are larger than an initrd should be
 */
export function hostEntries(
  facts: HostFacts,
  { files }: Pick<ModulePlan, 'files'>,
  options: Options,
): readonly HostEntry[] {
  assertSmall(facts.hostFiles);
  const entries = new Map(nestedDevices(facts).map((entry) => [entry.path, entry]));
  for (const entry of recordPlace(facts, options)) entries.set(entry.path, entry);
  const tables = linesByPath(facts, {
    modules: new Map(files.map(({ name, path }) => [name, path])),
    hasNetwork: options.profiles.includes('network'),
  });
  for (const file of facts.hostFiles.toSorted(runFirst)) {
    const path = target(file.path);
    const lines = file.isMask === true ? undefined : tables(file.path);
    if (lines === undefined) entries.set(path, copied(file, path));
    else if (lines.length > 0) entries.set(path, tableEntry(file, path, lines));
  }
  return [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Where a boot that fails leaves its record on a machine whose firmware takes none. */
function recordPlace({ esp }: HostFacts, { bootRecord }: Options): readonly HostEntry[] {
  if (!bootRecord || esp === undefined) return [];
  return [
    {
      path: 'usr/lib/pkginitrd/record-place',
      mode: 0o644,
      content: { type: 'text', text: `${esp.partition}\n` },
      secret: false,
      from: esp.from,
    },
  ];
}

/** The lines that go in of a file that is taken line by line; undefined for any other file. */
function linesByPath(
  facts: HostFacts,
  context: EarlyContext,
): (path: string) => readonly string[] | undefined {
  const tables = new Map<string, readonly string[]>([
    [crypttab, facts.crypttab.filter((entry) => !isHopeless(entry)).map(({ line }) => line)],
    ...facts.setupTabs.map(({ path, lines }) => [path, lines] as const),
    ...facts.hostLines.map((each) => [each.path, earlyLines(each, context)] as const),
  ]);
  // A drop-in that another one of its name hides on the host has no lines that count.
  return (path) => tables.get(path) ?? (lineByLine.test(path) ? [] : undefined);
}

const lineByLine = /\/(?:sysctl|modules-load)\.d\/[^/]+$/;

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

function tableEntry(
  { reason, secret }: HostFile,
  path: string,
  lines: readonly string[],
): HostEntry {
  const mode = path === 'etc/crypttab' || secret ? 0o600 : 0o644;
  const text = lines.map((line) => `${line}\n`).join('');
  return { path, mode, content: { type: 'text', text }, secret: false, from: reason };
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
