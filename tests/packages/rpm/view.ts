import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { installPackages } from '../../../src/packages/install.ts';
import type { ManagerFacts } from '../../helpers/rpm/managers.ts';
import { cleanUp, needsRpm, rpmRequest, sys, throwAwayRpmHost } from '../../helpers/rpm/request.ts';

/** dnf sees what its configuration names, wherever an administrator has put it. */
export function seesWhatIsNamed({ manager, cache, repositoryFile }: ManagerFacts): void {
  after(cleanUp);

  test(`${manager}: a key, a cache and a list of repositories at unusual places are found`, async (t) => {
    if (!needsRpm(t, manager)) return;
    const host = await throwAwayRpmHost(manager);
    if (host === undefined) return;
    const at = (path: string): string => join(host.root, path);
    for (const path of ['opt/keys', 'srv/configuration', 'data']) mkdirSync(at(path));
    renameSync(at('etc/pki/rpm-gpg/RPM-GPG-KEY-test'), at('opt/keys/test.asc'));
    const text = readFileSync(at(repositoryFile), 'utf8').replace(
      /^gpgkey=.*$/m,
      'gpgkey=file:///opt/keys/test.asc',
    );
    writeFileSync(at('srv/configuration/test.repo'), text);
    renameSync(at(repositoryFile), at('srv/configuration/unused'));
    symlinkSync('/srv/configuration/test.repo', at(repositoryFile));
    renameSync(at(cache), at('data/cache'));
    const key = manager === 'dnf5' ? 'system_cachedir' : 'cachedir';
    const conf = readFileSync(at('etc/dnf/dnf.conf'), 'utf8');
    writeFileSync(at('etc/dnf/dnf.conf'), `${conf}${key}=/data/cache\n`);
    // Otherwise the key is known already, and its file is not asked for.
    const sandbox = {
      ...{ root: host.root, rootWritable: true, binds: [] },
      ...{ network: false, suppressSync: true },
    };
    const argv = ['rpm', '--erase', '--allmatches', 'gpg-pubkey'] as const;
    await sys.run({ argv, sandbox, purpose: 'Forget the key' });

    const { packages } = await installPackages(sys, rpmRequest(host, { names: ['less'] }));
    assert.deepEqual([...new Set(packages.map(({ origin }) => origin))], ['cache']);
  });
}
