import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PackageRequest } from '../../../src/model/package-request.ts';
import type { Job, PackageDriver, Resolution } from '../../../src/packages/driver.ts';
import { unknownPackages } from '../../../src/packages/shared/unknown-packages.ts';
import { resolveWishes } from '../../../src/packages/shared/wishes.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { reasoned, requestFor } from '../../helpers/package-request.ts';

/** A manager that knows `known` alone, with the words that it was asked for in each round. */
function manager(known: readonly string[]) {
  const rounds: string[][] = [];
  const never = () => assert.fail('not asked for');
  const driver: PackageDriver<null> = {
    ...{ open: never, take: never, download: never, install: never, witnesses: never },
    ...{
      hostOwners: never,
      relations: never,
      records: never,
      fetchesInto: never,
      keptArchives: '',
    },
    resolve: async ({ request: { plan } }: Job<null>): Promise<Resolution> => {
      const words = plan.install.map(({ value }) => value);
      rounds.push(words);
      const unknown = words.filter((word) => !known.includes(word));
      if (unknown.length === 0) return { archives: [], warnings: [] };
      throw unknownPackages({ program: 'some', refresh: 'renew' }, plan.install, unknown);
    },
  };
  return { driver, rounds };
}

const jobOf = (...words: readonly string[]): Job<null> => ({
  sys: makeSys({ searchPath: '/usr/bin' }),
  request: requestFor({ install: reasoned(...words) }),
  host: null,
});

const installOf = ({ plan }: PackageRequest) =>
  plan.install.map(({ value, from }) => [value, from.type === 'file' ? from.line : 0]);

test('resolveWishes() takes the first alternative that is known, in one round more', async () => {
  const { driver, rounds } = manager(['systemd', 'b', 'y']);
  const { job } = await resolveWishes(driver, jobOf('systemd', 'a|b|c', 'x|', 'y|z', 'b'));
  assert.deepEqual(rounds, [
    ['systemd', 'a', 'x', 'y', 'b'],
    ['systemd', 'b', 'y'],
  ]);
  assert.deepEqual(installOf(job.request), [
    ['systemd', 1],
    ['b', 2],
    ['y', 4],
  ]);
});

test('resolveWishes() asks once where all first alternatives are known', async () => {
  const { driver, rounds } = manager(['a', 'b']);
  await resolveWishes(driver, jobOf('a|', 'b|c'));
  assert.deepEqual(rounds, [['a', 'b']]);
});

test('resolveWishes() refuses a word of which no alternative is known, with its line', async () => {
  const { driver } = manager(['a']);
  await assert.rejects(resolveWishes(driver, jobOf('a', 'x|', 'y|z', 'w')), {
    name: 'BuildError',
    message: 'Cannot install "z" (test.conf:3), "w" (test.conf:4): some knows no such package',
  });
});
