import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { rpmBench } from './bench.ts';
import type { ManagerFacts } from './managers.ts';

/** What the scripts of packages may do, and what becomes of those that fail. */
export function runsScripts(facts: ManagerFacts): void {
  const { check, install, failure, withServer } = rpmBench(facts, 'recorded');

  check('scripts have a /dev, no network and nothing outside of the root', async () => {
    await withServer(async () => {
      const { root } = await install({ names: ['intruder'], offline: false });
      const report = readFileSync(`${root}/intruder.txt`, 'utf8');
      assert.doesNotMatch(report, /: done/);
      assert.match(report, /^null: a device$/m);
      assert.match(report, /^devices: $/m);
    });
  });

  check('a script that fails is named', async () => {
    await withServer(async () => {
      const error = await failure({ names: ['grumpy'], offline: false });
      assert.match(
        error.message,
        /^Cannot install "grumpy": its %pre\w* script failed, exit status 3$/m,
      );
      assert.match(error.message, /no mood today/);
      const { warnings } = await install({ names: ['grumble'], offline: false });
      assert.match(warnings.join(), /^The %post script of "grumble" failed, exit status 3/);
    });
  });
}
