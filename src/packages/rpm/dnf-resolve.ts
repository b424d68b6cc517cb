import type { PackageRequest } from '../../model/package-request.ts';
import type { Command, Ran } from '../../model/sys.ts';
import { env, installedUrl, options, type DnfDialect } from './dnf-dialect.ts';
import type { Answer, ChosenRpm, Question, Scope } from './front-end.ts';
import { installedRepository, managerSandbox, withoutZeroEpoch } from './layout.ts';

/** Prints a table of everything that the request comes to, and stops there. */
export function resolveCommand(
  dialect: DnfDialect,
  request: PackageRequest,
  wanted: readonly string[],
  { scope, excludes }: Question,
): Command {
  return {
    argv: [
      dialect.program,
      ...[...options(dialect, request), ...dialect.cacheOnly, ...inScope[scope]],
      ...(excludes === 'lifted' ? [dialect.withoutExcludes] : []),
      ...['--assumeno', 'install', ...wanted],
    ],
    // 1 is "Operation aborted" and every error.
    okExit: [0, 1],
    env,
    sandbox: managerSandbox(request, false),
    purpose: 'Resolve the packages',
  };
}

/** dnf's answer to an install that was not to be carried out. */
export function parseDnf(ran: Ran): Answer {
  const text = `${ran.stdout}\n${ran.stderr}`;
  const words = matchAll(text, /^No match for argument: (.*)$/gm);
  // Said of a repository that skip_if_unavailable= allows to go without, too; dnf 5 then says nothing.
  const repositories = matchAll(
    text,
    // dnf 5 says: for repository "test"
    /^(?:Error: )?Cache-only enabled but no cache for (?:repository )?['"]?([^'"\s]+)/gm,
  );
  if (words.length > 0) return { type: 'unknown', words, skipped: repositories };
  const rpms = parseTable(ran.stdout);
  if (rpms.length > 0) return { type: 'resolved', rpms, skipped: repositories };
  if (repositories.length > 0) return { type: 'no metadata', repositories };
  if (/There are no enabled repositories/.test(text))
    return { type: 'no metadata', repositories: [] };
  return { type: 'failed', reason: problemsOf(text) };
}

/** The rows below "Installing" and its like, up to the summary. A long name stands on a line of its own. */
export function parseTable(stdout: string): readonly ChosenRpm[] {
  const rpms: ChosenRpm[] = [];
  let installing = false;
  let words: readonly string[] = [];
  for (const line of stdout.split('\n')) {
    if (/^\S/.test(line)) {
      installing = /^Installing\b.*:$/.test(line);
      words = [];
      continue;
    }
    if (!installing) continue;
    words = [
      ...words,
      ...line
        .trim()
        .split(/\s+/)
        .filter((word) => word !== ''),
    ];
    if (words.length < 6) continue;
    const [name = '', architecture = '', version = '', repository = '', amount, unit] = words;
    const size = Number(amount) * (units.get(unit ?? '') ?? 1);
    rpms.push({ name, version: withoutZeroEpoch(version), architecture, repository, size });
    words = [];
  }
  return rpms;
}

const withInstalled = [
  `--repofrompath=${installedRepository},${installedUrl}`,
  `--setopt=${installedRepository}.gpgcheck=0`,
  `--setopt=${installedRepository}.repo_gpgcheck=0`,
  // Packages that a repository has as well are taken from there.
  `--setopt=${installedRepository}.priority=199`,
];

const inScope = {
  repositories: [],
  both: withInstalled,
  installed: [...withInstalled, `--repo=${installedRepository}`],
} satisfies Record<Scope, readonly string[]>;

const units: ReadonlyMap<string, number> = new Map([
  ...(['k', 'KiB'] as const).map((unit) => [unit, 1024] as const),
  ...(['M', 'MiB'] as const).map((unit) => [unit, 1024 ** 2] as const),
  ...(['G', 'GiB'] as const).map((unit) => [unit, 1024 ** 3] as const),
]);

function matchAll(text: string, pattern: RegExp): readonly string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, found = '']) => found.trim()))];
}

function problemsOf(text: string): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^(?:Error|Problem|Failed)/.test(line.trim()));
  return lines
    .slice(Math.max(start, 0))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('(try to add'))
    .slice(0, 12)
    .join('\n')
    .replace(/^Error: /, '');
}
