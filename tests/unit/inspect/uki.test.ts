import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BuildError } from '../../../src/model/errors.ts';
import { plant, scratch } from '../../helpers/scratch.ts';
import { smallUki, ukiOf } from '../../helpers/uki.ts';
import { output } from '../formats/tools.ts';
import { rawCpio } from './raw-cpio.ts';
import { paths, readImage } from './read-image.ts';

const initrd = rawCpio({ path: 'init', data: 'x' });
const microcode = rawCpio({ path: 'kernel/x86/microcode/AuthenticAMD.bin', data: 'm' });
const os = Buffer.from('ID=debian\n');

test('the initrd of a unified kernel image is read with its microcode before it', async (t) => {
  const packed = output(['zstd', '-q', '-c'], initrd);
  const uki = ukiOf([
    ['.osrel', os],
    ['.initrd', packed],
    ['.ucode', microcode],
    ['.linux', Buffer.from('a kernel')],
  ]);
  const contents = await readImage(scratch(t), uki);
  assert.equal(contents.damage, undefined);
  assert.equal(contents.kind, 'uki');
  assert.equal(contents.bytes, uki.length);
  assert.deepEqual(
    contents.members.map(({ name, compression, offset }) => [name, compression, offset]),
    [
      ['microcode', 'none', uki.indexOf('07070100000001')],
      ['#2', 'zstd', uki.indexOf(packed)],
    ],
  );
  assert.ok(paths(contents).includes('init'));
});

test('of a UKI with profiles the initrd of all of them is read', async (t) => {
  const other = rawCpio({ path: 'of-the-profile' });
  const uki = ukiOf([
    ['.initrd', initrd],
    ['.profile', Buffer.from('ID=main\n')],
    ['.initrd', other],
  ]);
  assert.deepEqual(paths(await readImage(scratch(t), uki)), ['init']);
});

for (const [name, image, message] of [
  ['a program for EFI without an initrd', smallUki(), /without a section \.initrd/],
  [
    'a UKI that is cut off',
    ukiOf([['.initrd', Buffer.alloc(4096)]]).subarray(0, 1000),
    /section \.initrd .* ends at byte 4608, the file at 1000/,
  ],
] as const) {
  test(`${name} is refused with what is wrong`, async (t) => {
    const failure = await readImage(plant(scratch(t), {}), image).then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.ok(failure instanceof BuildError);
    assert.match(failure.message, message);
    assert.ok(failure.hint);
  });
}
