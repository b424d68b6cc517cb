import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { RootTree } from '../../../src/model/packages.ts';
import { installPackages } from '../../../src/packages/install.ts';
import { aptRequest, cleanUp, listTree, skip, sys } from './support.ts';

// RemovePackages= of packages that dpkg, or the scripts of others that are removed, run by.

const packages = ['systemd', 'less', 'util-linux', 'procps'];
const database = ['var/lib/dpkg'];

let whole: RootTree;

before(async () => {
  if (skip === false) whole = await installPackages(sys, aptRequest(packages));
});

after(cleanUp);

const removals: readonly (readonly string[])[] = [
  ['dpkg', 'less', 'procps'],
  // Each runs the other's scripts.
  ['coreutils', 'dash', 'dpkg', 'less', 'mawk', 'perl-base', 'sed', 'tar', 'util-linux'],
];

for (const remove of removals) {
  test(
    `RemovePackages=${remove.join(' ')} takes these away and nothing else`,
    { skip },
    async () => {
      const tree = await installPackages(sys, aptRequest(packages, { remove }));
      const root = sys.root(tree.root);
      assert.deepEqual(tree.warnings, []);
      const left = listTree(tree.root, database);
      const before = listTree(whole.root, database);
      const known = new Set(before);
      const added = left.filter((line) => !known.has(line)).map((line) => line.split(' ')[0]);
      // An alternative that leads to another package now.
      assert.deepEqual(
        added.filter((path) => !/^etc\/(?:alternatives\/|shells$)/.test(path ?? '')),
        [],
      );
      const now = new Set(left.map((line) => line.split(' ')[0]));
      for (const path of before.map((line) => line.split(' ')[0] ?? '')) {
        const owner = whole.owners.get(path) ?? whole.owners.get(path.replace(/^usr\//, ''));
        if (owner !== undefined) assert.equal(now.has(path), !remove.includes(owner), path);
      }
      for (const { path, target } of root.walk('usr')) {
        const alternative = target?.startsWith('/etc/alternatives/') === true ? target : undefined;
        if (alternative === undefined || alternative.endsWith('.gz')) continue;
        assert.ok(root.stat(path), `${path} leads nowhere`);
      }
      const status = root.readText('var/lib/dpkg/status') ?? '';
      const installed = status.split('\n\n').filter((stanza) => / installed$/m.test(stanza));
      assert.equal(installed.length, whole.packages.length - remove.length);
      assert.equal(tree.packages.length, whole.packages.length - remove.length);
      assert.ok(tree.packages.every(({ name }) => !remove.includes(name)));
    },
  );
}
