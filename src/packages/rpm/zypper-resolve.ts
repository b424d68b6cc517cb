import type { PackageRequest } from '../../model/package-request.ts';
import type { Command, Ran } from '../../model/sys.ts';
import type { Answer, ChosenRpm, Question } from './front-end.ts';
import { inside, installedRepository, managerSandbox, withoutZeroEpoch } from './layout.ts';
import { env, failures, isDone, options, ownRepositories, weak } from './zypper-options.ts';

/** Prints as XML everything that the request comes to, and stops there. */
export function resolveCommand(
  request: PackageRequest,
  wanted: readonly string[],
  { scope }: Question,
): Command {
  return {
    argv: [
      'zypper',
      ...['--xmlout', ...options],
      ...(scope === 'repositories' ? [] : ['--reposd-dir', `${inside.state}/${ownRepositories}`]),
      // With commit.downloadMode=DownloadOnly a dry run would fetch.
      ...['install', '--dry-run', '--download', 'in-advance'],
      ...(scope === 'installed' ? ['--repo', installedRepository] : []),
      ...[...weak(request), ...wanted],
    ],
    okExit: failures,
    env,
    sandbox: managerSandbox(request, false),
    purpose: 'Resolve the packages',
  };
}

/** The answer of `zypper --xmlout install --dry-run`. */
export function parseZypper(ran: Ran): Answer {
  const { stdout } = ran;
  const messages = [...stdout.matchAll(/<message type="(\w+)">(.*?)<\/message>/gs)].map(
    ([, type = '', text = '']) => ({ type, text: unescape(text).trim() }),
  );
  const repositories = messages.flatMap(({ text }) => {
    const [, name] =
      /^Repository '(.*)' (?:is invalid|appears to be outdated|needs to be refreshed)|Skipping repository '(.*)' because/
        .exec(text)
        ?.filter((part) => part !== undefined) ?? [];
    return name === undefined ? [] : [name];
  });
  const words = messages.flatMap(({ text }) => {
    const [, word] = /^No provider of '(.*)' found\.$/.exec(text) ?? [];
    return word === undefined ? [] : [word];
  });
  if (words.length > 0) return { type: 'unknown', words, skipped: repositories };
  const rpms = parseSummary(stdout);
  if (rpms.length > 0 && isDone(ran)) return { type: 'resolved', rpms, skipped: repositories };
  if (repositories.length > 0) return { type: 'no metadata', repositories };
  const errors = messages.filter(({ type }) => type === 'error').map(({ text }) => text);
  const problems = [
    ...stdout.matchAll(/<(?:text|description)>(.*?)<\/(?:text|description)>/gs),
  ].map(([, text = '']) => unescape(text).trim());
  return { type: 'failed', reason: [...errors, ...problems].slice(0, 6).join('\n') };
}

function parseSummary(stdout: string): readonly ChosenRpm[] {
  const [, section = ''] = /<to-install>(.*?)<\/to-install>/s.exec(stdout) ?? [];
  return [...section.matchAll(/<solvable type="package" ([^>]*)>/g)].map(([, text = '']) => {
    const attributes = new Map(
      [...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [
        key,
        unescape(value),
      ]),
    );
    const attribute = (name: string): string => attributes.get(name) ?? '';
    return {
      name: attribute('name'),
      version: withoutZeroEpoch(attribute('edition')),
      architecture: attribute('arch'),
      repository: attribute('repository'),
      size: undefined,
    };
  });
}

function unescape(text: string): string {
  const named: Readonly<Record<string, string>> = {
    lt: '<',
    gt: '>',
    amp: '&',
    quot: '"',
    apos: "'",
  };
  return text.replaceAll(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => named[name] ?? '');
}
