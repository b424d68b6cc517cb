import { BuildError, MissingLists } from '../../model/errors.ts';
import type { Ran } from '../../model/sys.ts';
import type { Supplier } from '../shared/unknown-packages.ts';
import { complaint } from './layout.ts';

// apt's refusals, as the user reads them.

export const apt: Supplier = {
  program: 'apt',
  refresh: 'apt-get update',
  finish: 'dpkg --configure -a && apt-get --fix-broken install',
  reinstall: (name) => `apt-get install --reinstall ${name}`,
  unsigned: (file) => `"${file}" in the cache is not signed`,
};

export function noLists(): BuildError {
  return new MissingLists('Cannot resolve the packages: apt has no package lists on this system', {
    hint: `Run "${apt.refresh}"`,
  });
}

export function unresolvable(ran: Ran): BuildError {
  const lines = ran.stdout.split('\n');
  const start = lines.findIndex((line) => line.startsWith('The following packages have unmet'));
  const story = start === -1 ? [] : lines.slice(start + 1).filter((line) => line.trim() !== '');
  return new BuildError([`Cannot resolve the packages: ${complaint(ran)}`, ...story].join('\n'));
}
