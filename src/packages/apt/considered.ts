import { posixExpression } from '../../formats/posix-expression.ts';
import type { Excerpted, Resolution } from '../driver.ts';
import { archiveDirectories, databaseWitnesses, inJob, type AptJob } from './host.ts';
import { parseReach, reachCommand } from './lists.ts';

/**
 * All packages that apt may look at for this request, chosen or not: as long as the host's records of them stay the same, apt
 * has no reason to choose others. Undefined where a word of the request says more than a name, or apt gives no answer.
 */
export async function aptExcerpt(
  job: AptJob,
  { archives, index = [] }: Resolution,
  asked: readonly string[],
): Promise<Excerpted | undefined> {
  const { sys, host } = job;
  if (asked.some((word) => aptPattern.test(word) || isNoExpression(word))) return undefined;
  const chosen = archives.map(({ name }) => name);
  const ran = await sys.run(inJob(job, reachCommand(job, index, chosen), index));
  if (ran.exitCode !== 0) return undefined;
  const plain = asked.flatMap((word) => plainName.exec(word)?.[1] ?? []);
  const names = new Set([...plain, ...chosen, ...parseReach(ran.stdout), 'base-files', 'dpkg']);
  return {
    excerpt: {
      manager: 'apt',
      names: [...names].sort(),
      patterns: asked.filter((word) => !plainName.test(word)),
      archives: archiveDirectories(host.places),
    },
    paths: databaseWitnesses(job),
  };
}

// NAME, NAME=VERSION, NAME/RELEASE, NAME:ARCHITECTURE (apt-get(8)); names as in Debian's policy, 5.6.1.
const plainName = /^([a-z0-9][a-z0-9+.-]*)(?:[:=/].*)?$/;

// ?NAME(…) and ~NAME (apt-patterns(7)), which may ask for anything.
const aptPattern = /^[?~!]|[?~!][a-zA-Z-]+\(/;

function isNoExpression(word: string): boolean {
  try {
    posixExpression(word);
    return false;
  } catch (error) {
    if (error instanceof SyntaxError) return true;
    throw error;
  }
}
