import type { AbsolutePath } from '../../model/brands.ts';
import { BuildError } from '../../model/errors.ts';
import type { Ran } from '../../model/sys.ts';

/** Explains the failure of dpkg or tar: which package, which script, or a full disk. */
export function dpkgFailure(purpose: string, ran: Ran, root: AbsolutePath): BuildError {
  if (/No space left on device/.test(ran.stderr)) {
    return new BuildError(`Cannot ${lower(purpose)} in "${root}": no space left on the device`, {
      hint: 'Free some space on that file system, or have the workspace made elsewhere',
    });
  }
  const failure = parseDpkgFailure(ran.stderr);
  const what =
    failure === undefined
      ? `Cannot ${lower(purpose)}: exit code ${ran.exitCode}`
      : `Cannot ${failure.action} "${failure.subject}": ${failure.reason}`;
  const story = [...chapter(ran.stdout, failure?.subject), ...tail(ran.stderr)];
  return new BuildError([what, ...story.map((line) => `  ${line}`)].join('\n'));
}

interface DpkgFailure {
  readonly action: string;
  readonly subject: string;
  readonly reason: string;
}

/** The first of dpkg's "error processing package NAME (--configure):" with the line that follows it. */
function parseDpkgFailure(stderr: string): DpkgFailure | undefined {
  const [, kind, subject, action, reason] =
    /^dpkg: error processing (package|archive) (\S+) \(--(\w+)\):\n\s*(.*)$/m.exec(stderr) ?? [];
  if (kind === undefined || subject === undefined || action === undefined || reason === undefined) {
    return undefined;
  }
  return {
    action,
    subject: subject.replace(/^.*\//, '').replace(/:[a-z0-9]+$/, ''),
    reason: reason.replace(/^installed \S+ package /, 'its ').replace(/^new \S+ package /, 'its '),
  };
}

function lower(purpose: string): string {
  return purpose.charAt(0).toLowerCase() + purpose.slice(1);
}

// The output of dpkg and the scripts while it was the package's turn, or at the end.
function chapter(stdout: string, subject: string | undefined): readonly string[] {
  const lines = stdout.split('\n').filter((line) => line !== '');
  const start = lines.findLastIndex((line) => heading.exec(line)?.[1] === subject);
  if (subject === undefined || start === -1) return lines.slice(-longest);
  const length = lines.slice(start + 1).findIndex((line) => heading.test(line));
  return lines.slice(start, length === -1 ? undefined : start + 1 + length).slice(-longest);
}

const heading = /^(?:Setting up|Unpacking|Removing|Purging|Processing triggers for) ([^\s:]+)/;

// The complaints in the other stream, without those of packages before and dpkg's summary, which says nothing new.
function tail(stderr: string): readonly string[] {
  return stderr
    .replace(/^Errors were encountered while processing:\n(?: .*\n?)*/m, '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('update-alternatives: warning: skip'))
    .slice(-longest);
}

const longest = 12;
