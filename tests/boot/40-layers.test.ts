import test from 'node:test';
import { runScenario } from '../helpers/scenario.ts';
import { isRoot, need } from '../helpers/need.ts';
import { scratch } from '../helpers/scratch.ts';
import { scenarios } from './scenarios.ts';

// All rows: npm run test:matrix.
for (const row of scenarios.filter(({ isQuick }) => isQuick)) {
  test(`an initrd finds its root: ${row.name}`, { timeout: 2_400_000 }, async (t) => {
    if (need(t, isRoot(), 'needs root to enter a throw-away root')) {
      await runScenario(row, scratch(t));
    }
  });
}
