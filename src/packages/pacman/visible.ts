import type { Visible } from '../../model/sys.ts';
import { visible } from '../shared/visible.ts';
import type { PacmanConf } from './conf.ts';
import type { PacmanHost } from './host.ts';

/** For pacman while scripts and hooks of packages run, besides its programs. */
export function forInstalling({ keyring, database }: PacmanConf): readonly Visible[] {
  return [
    // Not the whole directory: pacman-key keeps the secret key that signs the others in it.
    ...visible(
      'which keys are trusted',
      ...['pubring.gpg', 'pubring.kbx', 'trustdb.gpg', 'tofu.db', 'gpg.conf'].map(
        (name) => `${keyring}/${name}`,
      ),
    ),
    ...visible('which packages the repositories have', `${database}/sync`),
  ];
}

/** For pacman that resolves and fetches. */
export function forFetching({ conf, localRepositories }: PacmanHost): readonly Visible[] {
  return [...forInstalling(conf), ...visible('repositories on this disk', ...localRepositories)];
}
