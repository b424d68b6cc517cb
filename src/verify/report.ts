// The findings of a verified image.
import { byPath } from '../formats/usr-alias.ts';
import type { Member } from '../formats/initrd/members.ts';
import { BuildError } from '../model/errors.ts';

export type Check =
  /** The stream is no sequence of members, or one of them is damaged or cut off. */
  | 'archive'
  | 'alignment'
  | 'compression'
  | 'microcode'
  | 'path'
  | 'parents'
  | 'links'
  | 'duplicate'
  /** Members disagree on what a path is, so that the kernel would lose files. */
  | 'conflict'
  | 'init'
  /** The devices under the host's / cannot be brought up. */
  | 'storage'
  /** Nobody could log in to unlock. */
  | 'ssh'
  | 'systemd'
  | 'modules'
  | 'libraries'
  | 'interpreter'
  | 'elf';

export interface Finding {
  /** An error: the image may not boot, and is refused. A note is for who looks for something, and is not printed. */
  readonly severity: 'error' | 'warning' | 'note';
  readonly check: Check;
  /** In the image, without leading slash; empty for the image itself. */
  readonly path: string;
  /** The package that ships the path. */
  readonly package?: string;
  readonly message: string;
  readonly hint?: string;
  /** Names of a library any of which would do: what is missing. */
  readonly sonames?: readonly string[];
}

export interface VerifyReport {
  readonly findings: readonly Finding[];
  /** The findings that are no errors, in a sentence each. */
  readonly warnings: readonly string[];
  /** Bytes of the image and their SHA-256 in hex: what was verified is what may be placed. */
  readonly bytes: number;
  readonly sha256: string;
  /** Bytes of all files after unpacking. */
  readonly unpackedBytes: number;
  readonly members: readonly Member[];
}

/**
 * Takes findings in; keeps no more than a hundred of one check and severity, since one mistake can touch every file. An error
 * is kept however many warnings came before it.
 */
export type Report = (finding: Finding) => void;

export function collectFindings(owners: ReadonlyMap<string, string>): {
  readonly findings: readonly Finding[];
  readonly report: Report;
} {
  const findings: Finding[] = [];
  const counts = new Map<string, number>();
  const report: Report = (finding) => {
    const kind = `${finding.severity} ${finding.check}`;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    if (count > KEPT_OF_A_KIND) return;
    const owner = byPath(owners, finding.path);
    findings.push(owner === undefined ? finding : { ...finding, package: owner });
  };
  return { findings, report };
}

/**
 * @throws BuildError that lists the first ten errors with the packages they belong to, where there are any
 */
export function assertBootable(report: VerifyReport): void {
  const errors = report.findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const lines = errors.slice(0, LISTED).map((error) => `- ${describeFinding(error)}`);
  const rest = errors.length - lines.length;
  const more = rest === 0 ? [] : [`- and ${rest} more`];
  const count = errors.length === 1 ? '1 reason' : `${errors.length} reasons`;
  const hint = errors.find((error) => error.hint !== undefined)?.hint;
  throw new BuildError(
    [`Refusing the image, it may not boot, for ${count}:`, ...lines, ...more].join('\n'),
    { hint },
  );
}

/** The warnings for the user. */
export function sentences(findings: readonly Finding[]): readonly string[] {
  return findings.filter(({ severity }) => severity === 'warning').map(describeFinding);
}

/** A finding's sentence with the package it belongs to. */
function describeFinding({ message, package: owner }: Finding): string {
  return owner === undefined ? message : `${message} (package ${owner})`;
}

const KEPT_OF_A_KIND = 100;
const LISTED = 10;
