import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCrypttab } from '../../../src/formats/crypttab.ts';
import { crypttabProblems, isHopeless } from '../../../src/plan/crypttab-words.ts';

function problems(options: string, purpose: string | null = '/') {
  const entries = parseCrypttab(`root UUID=1 none ${options}\n`);
  return crypttabProblems(entries.map((entry) => ({ ...entry, purpose })));
}

test("crypttabProblems() has nothing against systemd's words and Debian's initramfs", () => {
  const words =
    'luks,discard,x-initrd.attach,initramfs,tpm2-device=auto,x-systemd.device-timeout=5s,_netdev';
  assert.deepEqual(problems(words), []);
});

for (const option of [
  'keyscript=/lib/cryptsetup/scripts/passdev',
  'keyscript=decrypt_derived',
  'veracrypt',
  'tcrypthidden',
  'fvault2',
]) {
  test(`crypttabProblems(): ${option} keeps / closed, and only warns elsewhere`, () => {
    const [under, ...more] = problems(`luks,${option}`);
    assert.deepEqual([under?.isNeeded, more], [true, []]);
    assert.match(under?.message ?? '', /of crypttab entry "root", on which \/ lies, so that/);
    assert.ok(under?.message.includes(`"${option}"`));
    const [beside] = problems(`luks,${option}`, null);
    assert.equal(beside?.isNeeded, false);
    assert.match(beside?.message ?? '', /so that the line is left out of the initrd/);
  });
}

for (const option of [
  'keyscript=decrypt_keyctl',
  'loud',
  'check=ext4',
  'checkargs=x',
  'noearly',
  'constructor',
]) {
  test(`crypttabProblems(): ${option} is named, and refuses nothing`, () => {
    const [problem] = problems(option);
    assert.equal(problem?.isNeeded, false);
    assert.match(problem?.message ?? '', /and goes on without/);
  });
}

test('crypttabProblems() names the nearest word', () => {
  assert.match(problems('discrad')[0]?.message ?? '', /did you mean "discard"\?/);
});

test('isHopeless(): a line that would only ask for a passphrase that nobody has, beside what the boot waits for', () => {
  const hopeless = (options: string, purpose: string | null): boolean =>
    parseCrypttab(`swap UUID=1 root ${options}\n`).some((entry) =>
      isHopeless({ ...entry, purpose }),
    );
  assert.equal(hopeless('luks,initramfs,keyscript=decrypt_derived', null), true);
  assert.equal(hopeless('luks,initramfs,keyscript=decrypt_derived', '/'), false);
  assert.equal(hopeless('luks,initramfs,keyscript=decrypt_keyctl', null), false);
  assert.equal(hopeless('luks,loud,x-initrd.attach', null), false);
});
