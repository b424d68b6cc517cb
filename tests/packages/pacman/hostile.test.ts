import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { installPackages } from '../../../src/packages/install.ts';
import { attemptsIn, plantSurroundings, writeHostileTools } from '../../helpers/hostile/hostile.ts';
import { cache } from '../../helpers/paths.ts';
import { cleanUp, leavesAlone, sys } from '../apt/support.ts';
import { plantPackages } from './planted.ts';
import { hostFor, pacmanRequest, releases } from './support.ts';

// Every script and hook that pacman runs sees the root under construction and nothing else.

after(cleanUp);

const ofPackage = ['pre_install', 'post_install', 'pre_remove', 'post_remove'];
const hooks = ['PostTransaction', 'PreTransaction'];

const installScript = ofPackage.map((name) => `${name}() {\n  ${attemptsIn(name)}\n}\n`).join('');

// The other half runs when the second package is removed.
const hook = (when: string): string => `[Trigger]
Type = Path
Operation = Install
Operation = Remove
Target = usr/share/hostile-*

[Action]
When = ${when}
Exec = /bin/sh -c '${attemptsIn(when)}-$$'
`;

for (const release of releases) {
  test(`pacman ${release}: nothing that a hostile package tries works`, async (t) => {
    const host = await hostFor(t, release);
    if (host === undefined) return;
    // The keyring's own secrets are in a directory that pacman reads.
    const surroundings = await plantSurroundings(host, [
      'etc/pacman.d/gnupg/private-keys-v1.d/secret.key',
    ]);
    t.after(() => surroundings.remove());
    const fill = (tree: string): void => {
      writeHostileTools(tree, surroundings, join(cache, 'trixie'));
      const directory = join(tree, 'usr/share/libalpm/hooks');
      mkdirSync(directory, { recursive: true });
      for (const when of hooks) writeFileSync(join(directory, `${when}.hook`), hook(when));
    };
    await plantPackages(host, [
      { name: 'hostile-tools', fill },
      { name: 'hostile', script: installScript, depends: ['hostile-tools'] },
    ]);
    const request = pacmanRequest(host, ['filesystem', 'hostile'], { remove: ['hostile'] });
    const { root } = await leavesAlone(host, () => installPackages(sys, request));
    surroundings.judge(t, root, ofPackage);
    surroundings.judgeSome(root, hooks);
  });
}
