import type { Command, Visible } from '../../model/sys.ts';

/** Paths of the host that a manager's programs see, all for one reason. */
export function visible(why: string, ...paths: readonly string[]): readonly Visible[] {
  return paths.map((path) => ({ path: `/${path.replace(/^\/+/, '')}`, why }));
}

/** The command, with more of the host in its sandbox. */
export function seeing(command: Command, more: readonly Visible[]): Command {
  const { sandbox } = command;
  if (sandbox?.visible === undefined) return command;
  return { ...command, sandbox: { ...sandbox, visible: [...sandbox.visible, ...more] } };
}

/** Every program of the distribution, and nothing that an administrator has put into /usr/local. */
export const programs: readonly Visible[] = [
  ...visible(
    'programs, libraries and what they read',
    ...['usr/bin', 'usr/sbin', 'usr/libexec', 'usr/share', 'usr/etc'],
    ...['usr/lib', 'usr/lib32', 'usr/lib64', 'usr/libx32'],
  ),
  ...visible(
    'the same where /usr is not merged, and the links where it is',
    ...['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'],
  ),
  ...visible('where the loader finds libraries', 'etc/ld.so.cache'),
  ...visible('which program a name such as awk stands for', 'etc/alternatives'),
  ...visible(
    'which algorithms signatures may have',
    ...['etc/crypto-policies', 'etc/gcrypt', 'etc/gnupg', 'etc/gnutls'],
    ...['etc/ssl/openssl.cnf', 'etc/pki/tls/openssl.cnf', 'etc/pki/tls/openssl.d'],
  ),
];

/** For programs that fetch. */
export const fetching: readonly Visible[] = [
  ...visible(
    'how names of servers are looked up',
    ...['etc/hosts', 'etc/host.conf', 'etc/gai.conf', 'etc/nsswitch.conf'],
    ...['etc/services', 'etc/protocols'],
  ),
  ...visible(
    'which certificates of servers are trusted',
    ...['etc/ssl/certs', 'etc/ssl/cert.pem', 'etc/ssl/ca-bundle.pem', 'etc/ca-certificates'],
    ...['etc/pki/ca-trust', 'etc/pki/tls/certs', 'etc/pki/tls/cert.pem', 'var/lib/ca-certificates'],
  ),
];

/** For programs that ask for their own user, or change to one without rights to fetch. */
export const userNames: readonly Visible[] = visible(
  'names of users, without their passwords',
  ...['etc/passwd', 'etc/group'],
);
