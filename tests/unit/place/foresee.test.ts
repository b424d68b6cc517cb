import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import type { Destination } from '../../../src/model/invocation.ts';
import { foreseePlace } from '../../../src/place/foresee.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

const real = makeSys({ searchPath: '/usr/bin:/bin' });
const output = { name: 'initrd', format: 'cpio' } as const;

function host(t: TestContext) {
  return plant(scratch(t), {
    'boot/initrd': 'x'.repeat(5000),
    'boot/vmlinuz': 'k',
    'boot/empty': '',
    'efi/token/6.1/initrd': 'x'.repeat(5000),
    staging: null,
  });
}

function foresee(
  destination: Destination,
  { free = 2 ** 40, kernelImage }: { readonly free?: number; readonly kernelImage?: string } = {},
) {
  const sys = { ...real, freeSpace: () => free };
  const image = kernelImage === undefined ? undefined : absolutePath(kernelImage);
  return foreseePlace(sys, { destination, kernelImage: image }, output);
}

test('foreseePlace() says that the next image may not fit where there is less room than today’s takes', (t) => {
  const root = host(t);
  const into: Destination = {
    type: 'path',
    directory: absolutePath(`${root}/boot`),
    name: undefined,
  };
  assert.deepEqual(foresee(into, { free: 5000 }).warnings, []);
  assert.match(
    foresee(into, { free: 4999 }).warnings.join(),
    /0\.0 MiB free in ".*\/boot".*may not fit/,
  );
  assert.deepEqual(foresee({ ...into, name: 'new' }, { free: 1 }).warnings, []);
  const staging: Destination = {
    type: 'staging',
    directory: absolutePath(`${root}/staging`),
    layout: 'bls',
    entryDirectory: absolutePath(`${root}/efi/token/6.1`),
    bootRoot: absolutePath(`${root}/efi`),
  };
  assert.match(foresee(staging, { free: 4999 }).warnings.join(), /efi\/token\/6\.1/);
  assert.equal(foresee(staging).path, `${root}/staging/initrd`);
});

for (const [name, fault] of [
  ['nowhere', 'it does not exist'],
  ['empty', 'it is empty'],
  ['', 'it is no regular file'],
] as const) {
  test(`foreseePlace() refuses a kernel image: ${fault}`, (t) => {
    const root = host(t);
    const into: Destination = {
      type: 'path',
      directory: absolutePath(`${root}/boot`),
      name: undefined,
    };
    assert.throws(() => foresee(into, { kernelImage: `${root}/boot/${name}` }), {
      name: 'UsageError',
      message: new RegExp(`^Cannot use the kernel image ".*": ${fault}$`),
    });
    assert.equal(
      foresee(into, { kernelImage: `${root}/boot/vmlinuz` }).path,
      `${root}/boot/initrd`,
    );
  });
}

test('foreseePlace() refuses a destination that no image can replace', () => {
  assert.throws(() => foresee({ type: 'path', directory: absolutePath('/dev'), name: 'null' }), {
    message: 'Cannot replace "/dev/null": it is a character device, not a regular file',
  });
});
