import { type Finding, sentences, type VerifyReport } from './report.ts';

/** True where a library is missing that a package could bring. */
export function lacksLibraries({ findings }: VerifyReport): boolean {
  return findings.some(({ sonames }) => sonames !== undefined);
}

/** Names for each missing library the package that ships it, by the paths of files that packages own. */
export function namePackages(
  report: VerifyReport,
  owners: ReadonlyMap<string, string>,
): VerifyReport {
  const missing = new Set(report.findings.flatMap(({ sonames = [] }) => sonames));
  const shippers = new Map<string, string>();
  for (const [path, owner] of owners) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (missing.has(name) && /(?:^|\/)lib\w*\//.test(path)) shippers.set(name, owner);
  }
  const findings = report.findings.map((finding) => named(finding, shippers));
  return { ...report, findings, warnings: sentences(findings) };
}

function named(finding: Finding, shippers: ReadonlyMap<string, string>): Finding {
  const shipper = finding.sonames
    ?.map((name) => shippers.get(name))
    .find((name) => name !== undefined);
  if (shipper === undefined) return finding;
  return {
    ...finding,
    message: `${finding.message} unless "${shipper}" is added to Packages=`,
    hint: `Add "${shipper}" to Packages=`,
  };
}
