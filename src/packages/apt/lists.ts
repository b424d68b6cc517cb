import { parseControl, type Stanza } from '../../formats/deb-control.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Command } from '../../model/sys.ts';
import type { AptJob } from './host.ts';
import { aptSandbox, env, failed, options, withSources } from './layout.ts';

/** Prints for each package list in use whether its repository is signed by a trusted key. */
export function trustCommand(request: PackageRequest, architecture: string): Command {
  const format = '$(TRUSTED) $(FILENAME)';
  return {
    argv: [
      'apt-get',
      ...options(request, architecture),
      ...['indextargets', '--format', format, 'Created-By: Packages'],
    ],
    env,
    sandbox: aptSandbox(request, false),
    purpose: 'Ask apt which repositories are signed',
  };
}

/** The lists that apt does not trust, of the lines `yes FILE` and `no FILE`. */
export function parseUntrusted(output: string): readonly string[] {
  return output
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('yes '))
    .map((line) => line.replace(/^\S* /, ''));
}

/** Prints the control stanzas of packages, given as `name=version`. */
export function describeCommand(
  request: PackageRequest,
  architecture: string,
  sources: readonly string[],
  packages: readonly string[],
): Command {
  return {
    argv: [
      'apt-cache',
      ...options(request, architecture),
      ...withSources(sources),
      ...['show', '--no-all-versions', ...packages],
    ],
    env,
    sandbox: aptSandbox(request, false),
    purpose: 'Read what the packages depend on',
  };
}

/** Those stanzas, with what tells which of them come first. */
export function parseDescribed(output: string): readonly Stanza[] {
  return [...parseControl(output, fields)];
}

const fields: ReadonlySet<string> = new Set([
  'package',
  'essential',
  'pre-depends',
  'depends',
  'recommends',
  'provides',
  'installed-size',
]);

/** Prints all that the given packages depend on, and what that depends on, whichever alternative is chosen. */
export function reachCommand(
  { request, host }: Pick<AptJob, 'request' | 'host'>,
  sources: readonly string[],
  packages: readonly string[],
): Command {
  const { withRecommends } = request.plan;
  return {
    argv: [
      'apt-cache',
      ...options(request, host.architecture),
      ...withSources(sources),
      ...['depends', '--recurse', withRecommends ? '--recommends' : '--no-recommends'],
      ...['suggests', 'enhances', 'replaces', 'breaks', 'conflicts'].map((each) => `--no-${each}`),
      ...packages,
    ],
    okExit: [0, failed],
    env,
    sandbox: aptSandbox(request, false),
    purpose: 'Ask apt what the packages may depend on',
  };
}

/** The names in lines `NAME`, ` |Depends: NAME`, `  Depends: <VIRTUAL>`, and those of its providers. */
export function parseReach(output: string): readonly string[] {
  return output.split('\n').flatMap((line) => {
    const [, name] = /^(?:[ |]+[A-Za-z-]+: )?\s*<?([^\s<>:]+)/.exec(line) ?? [];
    return name === undefined ? [] : [name];
  });
}

/** Prints the name of every package there is. */
export function namesCommand(request: PackageRequest, architecture: string): Command {
  return {
    argv: ['apt-cache', ...options(request, architecture), 'pkgnames'],
    env,
    sandbox: aptSandbox(request, false),
    purpose: 'List the names of the packages',
  };
}
