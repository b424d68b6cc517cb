import type { PackageAbout } from '../../model/packages.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Command } from '../../model/sys.ts';
import { inside, managerSandbox, nameVersionArchitecture } from './layout.ts';

/** Prints file, build time and what else is in the headers of archives, given by their paths in the cache. */
export function describeCommand(request: PackageRequest, files: readonly string[]): Command {
  return {
    argv: [
      'rpm',
      ...['--query', '--package', '--nosignature', '--queryformat'],
      `${nameVersionArchitecture}\\t%{BUILDTIME}\\t%{SOURCERPM}\\t%{LICENSE}\\t%{URL}\\t%{BUGURL}\\n`,
      ...files.map((file) => `${inside.cache}/${file}`),
    ],
    sandbox: managerSandbox(request, false),
    purpose: 'Read what the packages say of themselves',
  };
}

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
