import assert from 'node:assert/strict';
import { rpmBench } from '../../helpers/rpm/bench.ts';
import { dnf4 } from '../../helpers/rpm/managers.ts';
import { spoiltCaches, withSpoiltCache } from '../../helpers/spoilt-cache.ts';

const { check, host, install, withServer } = rpmBench(dnf4, 'recorded');

for (const kind of spoiltCaches) {
  check(`a ${kind} cache costs a warning, not the build`, async () => {
    await withServer(async () => {
      await withSpoiltCache(host().root, kind, async () => {
        const tree = await install({ names: ['documented'], offline: false });
        const origin = tree.packages.find(({ name }) => name === 'documented')?.origin;
        assert.equal(origin, 'network');
        return tree.warnings;
      });
    });
  });
}
