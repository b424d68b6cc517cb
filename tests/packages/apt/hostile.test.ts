import { mkdirSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import type { AbsolutePath } from '../../../src/model/brands.ts';
import { installPackages } from '../../../src/packages/install.ts';
import {
  hostileHome,
  plantSurroundings,
  writeHostileTools,
  type Surroundings,
} from '../../helpers/hostile/hostile.ts';
import { buildDeb, smallHost, update, writeIndex } from './repository.ts';
import { aptRequest, cleanUp, leavesAlone, skip, sys } from './support.ts';

// Every script that dpkg runs sees the root under construction and nothing else.

after(cleanUp);

test('apt: nothing that a hostile package tries works', { skip }, async (t) => {
  const host = await smallHost(() => []);
  t.after(() => host.close());
  const surroundings = await plantSurroundings(host.root);
  t.after(() => surroundings.remove());
  await plantRepository(host.root, surroundings);
  const { root } = await leavesAlone(host.root, () =>
    installPackages(
      sys,
      aptRequest(['hostile', 'hostile-gone'], { hostRoot: host.root, remove: ['hostile-gone'] }),
    ),
  );
  const named = ['hostile', 'hostile-gone'].flatMap((name) =>
    ['preinst', 'postinst'].map((script) => `${name}-${script}`),
  );
  surroundings.judge(t, root, [...named, 'hostile-gone-prerm', 'hostile-gone-postrm']);
});

/** Packages in a directory of the host that a list names, as an administrator's own are. */
async function plantRepository(host: AbsolutePath, surroundings: Surroundings): Promise<void> {
  const repository = `${host}/srv/hostile`;
  mkdirSync(repository);
  const version = '1';
  await buildDeb(
    { name: 'hostile-tools', version, fill: (tree) => writeHostileTools(tree, surroundings) },
    repository,
  );
  for (const name of ['hostile', 'hostile-gone']) {
    const fill = (tree: string): void => {
      for (const script of ['preinst', 'postinst', 'prerm', 'postrm']) {
        const text = `#!/bin/sh\nperl /${hostileHome}/attempts.pl ${name}-${script}\nexit 0\n`;
        writeFileSync(`${tree}/DEBIAN/${script}`, text, { mode: 0o755 });
      }
    };
    await buildDeb({ name, version, depends: 'hostile-tools', fill }, repository);
  }
  await writeIndex(repository);
  const list = `${host}/etc/apt/sources.list.d/hostile.list`;
  writeFileSync(list, 'deb [trusted=yes] file:/srv/hostile ./\n');
  await update(host);
}
