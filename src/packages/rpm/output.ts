import type { PackageAbout } from '../../model/packages.ts';

export interface DescribedRpm {
  readonly name: string;
  /** Seconds since 1970. */
  readonly buildTime: number;
  readonly about: PackageAbout;
}

/** The lines of describeCommand(), in the order of its files. */
export function parseDescribed(output: string): readonly DescribedRpm[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', , , time, ...rest] = line.split('\t');
      const [source, licence, homepage, bugs] = rest.map((text) =>
        text === '(none)' || text === '' ? undefined : text,
      );
      return {
        name,
        buildTime: Number(time),
        about: {
          // NAME-VERSION-RELEASE.src.rpm
          source: source?.replace(/-[^-]+-[^-]+$/, ''),
          licences: licencesOf(licence ?? ''),
          homepage,
          bugs,
        },
      };
    });
}

// An SPDX expression, or the words of Fedora before it: "GPLv2+ and (MIT or BSD)".
function licencesOf(expression: string): readonly string[] {
  const names = expression.split(/\s+(?:and|or)\s+|[()]/i).map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ''))].sort();
}

export interface FailedScript {
  /** "%post", "%pre", "%posttrans". */
  readonly script: string;
  readonly name: string;
  readonly reason: string;
}

/** rpm's "warning: %post(less-668-1.x86_64) scriptlet failed, exit status 3", and the same as an error. */
export function parseFailedScripts(stderr: string): readonly FailedScript[] {
  return stderr.split('\n').flatMap((line) => {
    const [, script, rpm, reason] =
      /^(?:warning|error): (%\w+)\((\S+)\) scriptlet failed, (.*)$/.exec(line) ?? [];
    if (script === undefined || rpm === undefined || reason === undefined) return [];
    return [{ script, name: rpm.replace(/-[^-]+-[^-]+$/, ''), reason }];
  });
}

/**
 * Whether a failed rpm has installed everything and only complains of scripts that ran afterwards: rpm 6 says so by its
 * exit code, too.
 */
export function hasOnlyWarned(stderr: string): boolean {
  return (
    /^warning: %\w+\(\S+\) scriptlet failed, /m.test(stderr) &&
    !/^error: (?!failed to exec scriptlet interpreter)/m.test(stderr)
  );
}
