import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { dropbearVerdict, isPublicKey } from '../../../src/formats/authorized-keys.ts';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKvT me@desk';

// As dropbear 2022.83 has answered, whom a client tried to log in with a key of the line.
for (const [line, expected] of [
  [key, 'taken'],
  [`ecdsa-sha2-nistp256 AAAAE2 x`, 'taken'],
  [`restrict ${key}`, 'taken'],
  [`   restrict ${key}`, 'taken'],
  [`RESTRICT ${key}`, 'taken'],
  [`restrict, ${key}`, 'taken'],
  [`no-pty,restrict,no-pty ${key}`, 'taken'],
  [`permitopen="h:1" ${key}`, 'taken'],
  [`no-touch-required ${key}`, 'taken'],
  [`verify-required ${key}`, 'taken'],
  [String.raw`command="echo a, b \"x\"",no-pty ${key}`, 'taken'],
  [`  ${key}`, 'blanks'],
  [`\t${key}`, 'blanks'],
  [`restrict  ${key}`, 'blanks'],
  [key.replace(' ', '  '), 'blanks'],
  [`restrict,pty ${key}`, 'pty'],
  [`from="10.0.0.0/8" ${key}`, 'from'],
  [`restrict,no-user-rc ${key}`, 'no-user-rc'],
  [`command="a",environment="A=b c" ${key}`, 'environment'],
  [`command ${key}`, 'command'],
] as const) {
  test(`dropbearVerdict() of ${JSON.stringify(line)}`, () => {
    assert.ok(isPublicKey(line));
    const verdict = dropbearVerdict(line);
    assert.equal(verdict.type === 'option' ? verdict.name : verdict.type, expected);
  });
}

for (const line of [
  '',
  `# ${key}`,
  `  # ${key}`,
  `#restrict ${key}`,
  'ssh-ed25519',
  `command="a ${key}`,
  `from="a" b ${key}`,
]) {
  test(`isPublicKey() of ${JSON.stringify(line)}`, () => assert.equal(isPublicKey(line), false));
}

test('the options that the manual says to write in front of a key are taken by dropbear', () => {
  const page = fileURLToPath(new URL('../../../src/man/pkginitrd.conf.5.md', import.meta.url));
  const [, options] = /`(command="cryptroot-unlock"[^`]*)`/.exec(readFileSync(page, 'utf8')) ?? [];
  assert.ok(options !== undefined);
  assert.deepEqual(dropbearVerdict(`${options} ${key}`), { type: 'taken' });
});
