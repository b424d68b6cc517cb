import type { RootFiles } from '../../model/sys.ts';
import { isStatic } from './host-names.ts';

/** The files of users and groups that staticAccounts() can stand in for. */
export const accountFiles: readonly string[] = ['etc/passwd', 'etc/group'];

/** Account files that a root with its own users cannot use: passwords, and subordinate IDs. */
export const secretAccountFiles: readonly string[] = [
  ...['etc/shadow', 'etc/gshadow', 'etc/subuid', 'etc/subgid'],
];

/**
 * The users or groups of a host that are the same on every machine, without passwords and members: what a package ships
 * as /etc/passwd or /etc/group and every host adds its own to.
 */
export function staticAccounts(host: RootFiles, path: string): string {
  const lines = (host.readText(path) ?? '').split('\n').map((line) => line.split(':'));
  return lines
    .filter(([name = '', , id = '']) => /^\w[\w-]*$/.test(name) && /^\d+$/.test(id))
    .filter(([, , id]) => isStatic(Number(id)))
    .map(([name, , id, ...rest]) =>
      [name, 'x', id, ...(path === 'etc/group' ? [''] : rest)].join(':'),
    )
    .map((line) => `${line}\n`)
    .join('');
}
