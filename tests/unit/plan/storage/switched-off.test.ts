import assert from 'node:assert/strict';
import test from 'node:test';
import { switchedOff, type Switch } from '../../../../src/plan/storage/switched-off.ts';

const rows: readonly (readonly [words: string, name: Switch, option: string | undefined])[] = [
  ['rd.luks=no', 'luks', 'rd.luks=no'],
  ['luks=0', 'luks', 'luks=0'],
  ['LUKS=0', 'luks', undefined],
  ['rd.luks=Off', 'luks', 'rd.luks=Off'],
  ['luks=no rd.luks=yes', 'luks', undefined],
  ['rd.luks=yes luks=f', 'luks', 'luks=f'],
  ['luks=no rd.luks', 'luks', undefined],
  ['rd.luks=nonsense', 'luks', undefined],
  ['luks=no rd.luks=nonsense', 'luks', 'luks=no'],
  ['rd.luks.crypttab=no', 'luks', undefined],
  ['rd.luks.crypttab=no', 'luks.crypttab', 'rd.luks.crypttab=no'],
  ['luks.crypttab=false', 'luks.crypttab', 'luks.crypttab=false'],
  ['rd.systemd.verity=no', 'systemd.verity', 'rd.systemd.verity=no'],
  ['veritytab=n', 'veritytab', 'veritytab=n'],
  ['quiet', 'luks', undefined],
];

for (const [words, name, option] of rows) {
  test(`switchedOff() of ${name} with "${words}"`, () => {
    const file = '/etc/kernel/cmdline';
    const found = switchedOff([{ file, words: words.split(' ') }], name);
    assert.deepEqual(found, option === undefined ? undefined : { option, file });
  });
}

test('switchedOff() finds the place that has the word', () => {
  const places = [
    { file: '/etc/kernel/cmdline', words: ['luks=yes'] },
    { file: '/etc/default/grub', words: ['luks=no'] },
  ];
  assert.equal(switchedOff(places, 'luks')?.file, '/etc/default/grub');
});
