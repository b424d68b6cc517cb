import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import type { Destination } from '../../../src/model/invocation.ts';
import { foreseePlace } from '../../../src/place/foresee.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { plant, scratch } from '../../helpers/scratch.ts';
import { machine } from './machine.ts';

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
  const wanted = {
    output,
    host: [],
    brought: () => [],
    keepPrevious: true,
    allowReadableKeys: false,
  };
  return foreseePlace(sys, { destination, kernelImage: image }, wanted);
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
  // Today's image stays beside the new one.
  const [warning, ...more] = foresee(staging, { free: 4999 }).warnings;
  assert.match(
    warning ?? '',
    /efi", and a boot entry with an image as large as those that are there/,
  );
  assert.match(more.join(), /staging".*remount,size=1G/);
  assert.deepEqual(foresee(staging, { free: 5000 }).warnings, []);
  const entryDirectory = absolutePath(`${root}/efi/token/6.2`);
  const isNew = { ...staging, entryDirectory };
  assert.match(foresee(isNew, { free: 4999 }).warnings.join(), /may not fit/);
  assert.throws(() => foresee(isNew, { free: 2, kernelImage: `${root}/boot/initrd` }), {
    message: /^Cannot write a boot entry to ".*efi": the kernel want/,
    hint: 'Remove a kernel that is not needed any more',
  });
  plant(root, { 'efi/token/6.0/previous-initrd': 'y'.repeat(4998) });
  assert.match(
    foresee(isNew, { free: 2, kernelImage: `${root}/boot/initrd` }).warnings.join(),
    /may not fit/,
    'what can go counts as free',
  );
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

const secret = {
  path: 'etc/keys/root.key',
  mode: 0o400,
  content: { type: 'text', text: '' },
  secret: true,
  from: { type: 'default' },
} as const;

const mounts: readonly (readonly [options: string, isOpen: boolean])[] = [
  ['vfat /dev/sda1 rw,fmask=0022,dmask=0022,codepage=437', true],
  ['vfat /dev/sda1 rw', true],
  ['vfat /dev/sda1 rw,fmask=0077,dmask=0022', false],
  ['vfat /dev/sda1 rw,fmask=0022,dmask=0077', false],
  ['ext4 /dev/sda1 rw', false],
];

for (const [options, isOpen] of mounts) {
  test(`foreseePlace() ${isOpen ? 'refuses' : 'takes'} keys on ${options}`, (t) => {
    const { sys } = machine(t, { 'efi/token/6.1': null, staging: null });
    sys
      .root(absolutePath('/'))
      .write(
        '/proc/self/mountinfo',
        `22 1 8:2 / / rw - ext4 /dev/sda2 rw\n23 22 8:1 / /efi rw - ${options}\n`,
        0o644,
      );
    const staging: Destination = {
      type: 'staging',
      directory: absolutePath('/staging'),
      layout: 'bls',
      entryDirectory: absolutePath('/efi/token/6.1'),
      bootRoot: absolutePath('/efi'),
    };
    const ask = (wanted: {
      host?: readonly (typeof secret)[];
      brought?: () => readonly string[];
      allowReadableKeys?: boolean;
    }) =>
      foreseePlace(
        sys,
        { destination: staging, kernelImage: undefined },
        {
          output,
          host: [secret],
          brought: () => [],
          keepPrevious: true,
          allowReadableKeys: false,
          ...wanted,
        },
      );
    ask({ host: [] });
    // Public halves, and keys that only their rights would tell.
    ask({ host: [], brought: () => ['etc/x/ssh_host_a_key.pub', 'etc/ssh_host_a_key/x'] });
    const trees = [
      'etc/pkginitrd/ssh/ssh_host_a_key',
      'etc/dropbear/initramfs/dropbear_a_host_key',
    ];
    ask({ allowReadableKeys: true });
    if (!isOpen) {
      ask({ brought: () => trees });
      return;
    }
    assert.throws(() => ask({}), {
      name: 'BuildError',
      message: /Cannot write an image with \/etc\/keys\/root\.key to "\/efi"/,
      hint: /fmask=0077.*AllowReadableKeys=yes/,
    });
    for (const path of trees) {
      assert.throws(() => ask({ host: [], brought: () => [path] }), {
        message: new RegExp(`^Cannot write an image with /${path} to "/efi"`),
      });
    }
  });
}
