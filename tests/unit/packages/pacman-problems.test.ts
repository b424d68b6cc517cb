import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reasoned } from '../../../src/model/plan.ts';
import type { ResolvedArchive } from '../../../src/packages/driver.ts';
import {
  isUnsatisfied,
  partialUpgrade,
  unresolvable,
} from '../../../src/packages/pacman/problems.ts';
import { askedFor } from '../../../src/packages/shared/unknown-packages.ts';
import { reasoned } from '../../helpers/package-request.ts';

const said = (stdout: string, stderr: string) => ({ stdout, stderr, exitCode: 1 });
const asked: readonly Reasoned[] = reasoned('less', 'tool.box');

test('unresolvable() names the dependency, the word and its line, and the way out', () => {
  const ran = said(
    "resolving dependencies...\n:: unable to satisfy dependency 'libgone.so=1-64' required by tool.box\n",
    'error: failed to prepare transaction (could not satisfy dependencies)\n',
  );
  assert.ok(isUnsatisfied(ran));
  const { message, hint } = unresolvable(ran, [], asked, []);
  assert.equal(
    message,
    'Cannot resolve the packages for "tool.box" (test.conf:2): failed to prepare transaction (could not satisfy dependencies); unable to satisfy dependency \'libgone.so=1-64\' required by tool.box',
  );
  assert.match(hint ?? '', /^Run "pacman -Syu"/);
});

test('no hint leads to a partial upgrade', () => {
  const hints = [
    unresolvable(said('', 'error: target not found: x\n'), ['x'], asked, []),
    unresolvable(said('', 'error: core: key "AB" is unknown\n'), [], asked, []),
    unresolvable(said('', 'error: unresolvable package conflicts detected\n'), [], asked, []),
  ].map(({ hint }) => hint ?? '');
  for (const hint of hints) assert.match(hint, /"pacman -Syu"/);
});

test('partialUpgrade() names packages that the host has in another version', () => {
  const archive = (name: string, version: string, hostVersion?: string): ResolvedArchive => ({
    ...{ name, version, hostVersion, architecture: 'any', size: 1, file: name, origin: 'cache' },
    ...{ from: { type: 'repository', id: 'core', uri: undefined }, digest: undefined },
  });
  assert.equal(partialUpgrade([archive('a', '1', '1'), archive('b', '1')]), undefined);
  const many = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => archive(name, '2', '1'));
  assert.match(
    partialUpgrade(many) ?? '',
    /image: "a" 2, here 1; "b" 2, .*; "d" 2, here 1; 2 more\. Run "pacman -Syu"/,
  );
});

const complaints: readonly (readonly [complaint: string, isMeant: boolean])[] = [
  ['package less-668-1.x86_64 from test requires libc6', true],
  ['nothing provides less >= 2 needed by x-1-1.noarch', true],
  ["unable to satisfy dependency 'x' required by less", true],
  ['"less" is excluded.', true],
  ['nothing provides lesstif needed by x', false],
  ['nothing provides x-less', false],
  ['nothing provides less-devel', false],
  ['', false],
];

for (const [complaint, isMeant] of complaints) {
  test(`askedFor() ${isMeant ? 'finds' : 'does not find'} the word in "${complaint}"`, () => {
    assert.equal(askedFor(asked, complaint), isMeant ? ' for "less" (test.conf:1)' : '');
  });
}
