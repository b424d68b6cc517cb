import { matchesHostPath } from '../formats/host-path.ts';
import { UsageError } from '../model/errors.ts';
import type { HostFile } from '../model/facts.ts';
import { isNeverTaken } from '../model/never-taken.ts';
import { describeOrigin, type Sourced } from '../model/origin.ts';
import { isPrivateKeyPath } from '../model/private-keys.ts';
import type { Reason } from '../model/reason.ts';
import type { RootFiles } from '../model/sys.ts';

export interface HostFilesFound {
  readonly files: readonly HostFile[];
  /** Sentences for the user about what matches and is not taken. */
  readonly warnings: readonly string[];
}

/**
 * The files that HostFiles= names, and those that crypttab and the kernel's command line name (`named`). The last pattern that
 * matches a path decides, with a leading `-` against it; a named file is taken unless a pattern is against it. A link counts
 * as the file that it leads to inside the root; what is not there is passed over.
 */
export function readHostFiles(
  root: RootFiles,
  patterns: readonly Sourced<string>[],
  named: readonly HostFile[],
): HostFilesFound {
  const found = new Map<string, HostFile>();
  const warnings = new Map<string, string>();
  const consider = (path: string, at: Reason, secret: boolean): void => {
    const word = lastMatch(patterns, path);
    if (word?.value.startsWith('-') === true) return;
    const stat = root.stat(path);
    if (isNull(root, path)) found.set(path, { path, reason: at, secret, size: 0, isMask: true });
    if (stat === undefined || stat.type === 'directory' || found.has(path)) return;
    const where = word === undefined ? '' : ` (${describeOrigin(word.from)} "${word.value}")`;
    if (isNeverTaken(path) || isNeverTaken(insideRoot(root, path))) {
      warnings.set(path, `"${path}" never goes into an initrd, it is left out${where}`);
    } else if (stat.type !== 'file') {
      warnings.set(path, `"${path}" is a ${stat.type}, no file, and is left out${where}`);
    } else {
      const isSecret = secret || (stat.mode & 0o004) === 0 || isPrivateKeyPath(path);
      found.set(path, { path, reason: at, secret: isSecret, size: stat.size });
    }
  };

  for (const { value, from } of patterns.filter((each) => !each.value.startsWith('-'))) {
    for (const path of pathsOf(root, value, from)) {
      const word = lastMatch(patterns, path);
      const at = { type: 'pattern', at: word?.from ?? from, word: word?.value ?? value } as const;
      consider(path, at, false);
    }
  }
  for (const { path, reason, secret } of named) consider(path, reason, secret);
  return { files: [...found.values()], warnings: [...warnings.values()] };
}

// Far beyond what a machine says about its boot; a word like /usr would be walked for minutes.
const mostFiles = 5000;

function pathsOf(
  root: RootFiles,
  pattern: string,
  from: Sourced<string>['from'],
): readonly string[] {
  const paths: string[] = [];
  const note = (path: string): void => {
    paths.push(`/${path}`);
    if (paths.length <= mostFiles) return;
    throw new UsageError(
      `${describeOrigin(from)}: Cannot take "${pattern}": there are more than ${mostFiles} files`,
      'Name the files that the boot needs',
    );
  };
  for (const path of root.glob(pattern)) {
    if (root.stat(path)?.type !== 'directory') note(path);
    else for (const { path: below } of root.walk(path)) note(below);
  }
  return paths;
}

function lastMatch(
  patterns: readonly Sourced<string>[],
  path: string,
): Sourced<string> | undefined {
  return patterns.findLast(({ value }) => matchesHostPath(value, path));
}

function insideRoot(root: RootFiles, path: string): string {
  const resolved = root.resolve(path);
  return root.path === '/' ? resolved : resolved.slice(root.path.length);
}

// As a mask it takes a file of the same name away, and is copied as an empty one.
function isNull(root: RootFiles, path: string): boolean {
  return insideRoot(root, path) === '/dev/null';
}
