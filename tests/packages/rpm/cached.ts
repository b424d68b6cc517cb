import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runOk } from '../../helpers/run.ts';
import type { ManagerFacts } from '../../helpers/rpm/managers.ts';
import { cleanUp, sys } from '../../helpers/rpm/request.ts';
import { prepareBuild } from './boots.ts';

/** Builds by the bundle with cached parts and without, and compares the images. */
export function buildsFromParts({ manager }: ManagerFacts): void {
  after(cleanUp);

  test(`${manager}: an image of cached parts has the bytes of one made from nothing`, async (t) => {
    const made = await prepareBuild(t, manager, 'recorded');
    if (made === undefined) return;
    const { host, directory, cachedBuild } = made;
    const build = async (name: string, ...options: readonly string[]): Promise<string> => {
      const ran = await runOk([...cachedBuild, '-o', name, ...options]);
      return ran.stdout;
    };
    assert.match(await build('first'), /base .* made: nothing like it is cached\n/);
    assert.match(await build('again'), /base .* from the cache\n/);
    sys.root(host.root).write('etc/rpm/macros.other', '%other 1\n', 0o644);
    assert.match(await build('chosen'), /base .* from the cache: the same packages\n/);
    await build('nothing', '--no-cache');
    const image = (name: string): Buffer => readFileSync(join(directory, name));
    for (const name of ['first', 'again', 'chosen']) {
      assert.ok(image(name).equals(image('nothing')), `the image "${name}" is another`);
    }
  });
}
