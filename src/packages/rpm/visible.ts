import type { Visible } from '../../model/sys.ts';
import { fetching, programs, userNames, visible } from '../shared/visible.ts';
import type { RpmConfiguration, RpmFrontEnd } from './front-end.ts';

/** For rpm while scripts of packages run. */
export const installing: readonly Visible[] = [...programs, ...visible("rpm's macros", 'etc/rpm')];

/** For rpm that reads the host's database, and for what a manager needs of any host. */
export const querying: readonly Visible[] = [
  ...installing,
  ...userNames,
  ...visible('what is installed, and which keys are trusted', 'var/lib/rpm', 'usr/lib/sysimage'),
  ...visible('keys that repositories name', 'etc/pki/rpm-gpg'),
  ...visible(
    'which release this is',
    ...['etc/os-release', 'etc/system-release', 'etc/redhat-release', 'etc/fedora-release'],
  ),
];

/** For a manager that may fetch. */
export const downloading: readonly Visible[] = [
  ...querying,
  ...fetching,
  ...visible(
    "a subscription's certificates for its repositories",
    ...['etc/pki/entitlement', 'etc/pki/consumer', 'etc/pki/product', 'etc/pki/product-default'],
    ...['etc/rhsm', 'etc/zypp/credentials.d'],
  ),
];

/** For the manager of this host beside that: its configuration, and what lies where that says. */
export function ofConfiguration(
  { program, configuration }: Pick<RpmFrontEnd, 'program' | 'configuration'>,
  { named, sources }: Pick<RpmConfiguration, 'named' | 'sources'>,
): readonly Visible[] {
  return [
    ...visible(`configuration of ${program}`, ...configuration, ...sources),
    ...visible('repositories and keys on this disk, by the configuration', ...named),
  ];
}
