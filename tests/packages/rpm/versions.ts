import assert from 'node:assert/strict';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageOrigin } from '../../../src/model/packages.ts';
import { cache } from '../../helpers/paths.ts';
import { rpmBench } from '../../helpers/rpm/bench.ts';
import type { ManagerFacts } from '../../helpers/rpm/managers.ts';
import { sys, type Wishes } from '../../helpers/rpm/request.ts';

const archives: readonly PackageOrigin[] = ['cache', 'network'];
const widget1 = 'widget-1.0-1.x86_64.rpm';

/** Which of several versions is taken, and from where. The host has widget 1.0, its cache 2.0. */
export function choosesVersions(facts: ManagerFacts): void {
  const { check, host, files, install, failure, inHost, withServer, withLocal } = rpmBench(
    facts,
    'installed',
  );
  const widgetOf = async (wishes: Wishes): Promise<readonly unknown[]> => {
    const { packages, warnings } = await install(wishes);
    const widget = packages.find(({ name }) => name === 'widget');
    return [widget?.version, widget?.hostVersion, widget?.origin, warnings.length];
  };

  check('without the network the version of the host is made of its files', async () => {
    const found = await widgetOf({ names: ['widget'] });
    assert.deepEqual(found, ['1.0-1', '1.0-1', 'installed', 0]);
    const fallback = await widgetOf({ names: ['widget'], sources: archives });
    assert.deepEqual(fallback, ['2.0-1', '1.0-1', 'cache', 1]);
  });

  check('the version of the host is fetched where its files are not to be used', async () => {
    const wishes = { names: ['widget'], sources: archives };
    await withServer(async () => {
      assert.deepEqual(await widgetOf({ ...wishes, offline: false }), [
        ...['1.0-1', '1.0-1', 'network', 0],
      ]);
      const forced = await widgetOf({ names: ['gadget'], offline: false });
      assert.deepEqual(forced, ['2.0-1', '1.0-1', 'cache', 1]);
    });
    assert.deepEqual(await widgetOf(wishes), ['1.0-1', '1.0-1', 'cache', 0]);
    files().remove('var/cache/pkginitrd');
  });

  check('packages of a repository on the disk are taken from there', async () => {
    await withLocal(
      (file) => /^(?:trinket|gizmo)-/.test(file),
      async () => {
        const { root, packages } = await install({ names: ['trinket'] });
        assert.ok(sys.root(root).stat('usr/share/trinket/version'));
        assert.equal(packages.find(({ name }) => name === 'trinket')?.origin, 'cache');
      },
    );
  });

  check('a version that only a cache still has is taken from there if it is signed', async () => {
    const cached = join(host().root, facts.packages, widget1);
    const wishes = { names: ['widget'], sources: archives };
    await withoutOldWidget(async () => {
      copyFileSync(join(cache, 'rpm/repository/Packages', widget1), cached);
      assert.deepEqual(await widgetOf(wishes), ['1.0-1', '1.0-1', 'cache', 0]);

      await inHost('rpmsign', '--delsign', `/${facts.packages}/${widget1}`);
      const error = await failure(wishes);
      assert.match(error.message, /^Cannot install "widget" .*widget-1\.0.* nor signed by a key/);
      assert.match(error.hint ?? '', /without --offline/);
      const found = await widgetOf({ names: ['widget'] });
      assert.deepEqual(found, ['1.0-1', '1.0-1', 'installed', 0]);
      rmSync(cached);
    });
  });

  check('a version that no repository has any more is made of the installed files', async () => {
    await withoutOldWidget(async () => {
      const found = await widgetOf({ names: ['widget'] });
      assert.deepEqual(found, ['1.0-1', '1.0-1', 'installed', 0]);
    });
  });

  // The one repository of the host has both versions, the local one all of its packages but the older widget.
  async function withoutOldWidget(body: () => Promise<void>): Promise<void> {
    await withLocal((file) => file !== widget1, body, 'alone');
  }
}
