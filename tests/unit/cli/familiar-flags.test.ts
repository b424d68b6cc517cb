import assert from 'node:assert/strict';
import test from 'node:test';
import { familiarFlags } from '../../../src/cli/familiar-flags.ts';
import { buildFlags, settingFlags } from '../../../src/cli/flags.ts';
import { settings } from '../../../src/config/settings.ts';
import { usageError } from './command-line.ts';

test('no option of ours is taken for another generator’s', () => {
  const ours = [...buildFlags, ...settingFlags(settings)].flatMap((flag) => [
    `--${flag.name}`,
    ...('short' in flag ? [`-${flag.short}`] : []),
  ]);
  assert.deepEqual(
    familiarFlags.filter((flag) => ours.includes(flag)),
    [],
  );
  assert.equal(new Set(familiarFlags).size, familiarFlags.length, 'each is there once');
});

for (const flag of familiarFlags) {
  test(`"build ${flag}" points to what it is called here`, async () => {
    const [message, hint] = await usageError(['build', flag]);
    assert.equal(message, `Cannot use "${flag}": unknown option`);
    assert.ok(hint !== undefined && !hint.startsWith('See '), hint);
    assert.doesNotMatch(hint, /Did you mean/);
  });
}

test('values of theirs do no harm, and an option before a command has the pointer too', async () => {
  assert.match((await usageError(['build', '--kver=6.1', '-o', 'x']))[1] ?? '', /--kernel-version/);
  assert.match((await usageError(['-u', '-k', 'all']))[1] ?? '', /one at a time/);
  assert.match((await usageError(['-P']))[1] ?? '', /one at a time/);
});
