import assert from 'node:assert/strict';
import test from 'node:test';
import { parseKernelInstall } from '../../../src/cli/kernel-install.ts';
import { run } from './command-line.ts';

const add = ['add', '6.12.48+deb13-amd64', '/efi/token/6.12.48+deb13-amd64', '/boot/vmlinuz'];
const systemd257 = {
  KERNEL_INSTALL_VERBOSE: '0',
  KERNEL_INSTALL_MACHINE_ID: '0123456789abcdef0123456789abcdef',
  KERNEL_INSTALL_ENTRY_TOKEN: 'token',
  KERNEL_INSTALL_BOOT_ROOT: '/efi',
  KERNEL_INSTALL_LAYOUT: 'bls',
  KERNEL_INSTALL_INITRD_GENERATOR: 'pkginitrd',
  KERNEL_INSTALL_UKI_GENERATOR: '',
  KERNEL_INSTALL_STAGING_AREA: '/tmp/staging',
  KERNEL_INSTALL_IMAGE_TYPE: 'pe',
};
const systemd252 = {
  KERNEL_INSTALL_INITRD_GENERATOR: 'pkginitrd',
  KERNEL_INSTALL_LAYOUT: 'other',
  KERNEL_INSTALL_STAGING_AREA: '/tmp/staging',
};

test('add builds for the kernel into the staging area', () => {
  assert.deepEqual(parseKernelInstall(add, systemd257, '/'), {
    type: 'build',
    request: {
      kernelVersion: '6.12.48+deb13-amd64',
      hostRoot: '/',
      kernelRoot: undefined,
      loadedModulesFile: undefined,
      generic: false,
      offline: false,
      assignments: [],
      profiles: [],
    },
    kernelImage: '/boot/vmlinuz',
    destination: {
      type: 'staging',
      directory: '/tmp/staging',
      layout: 'bls',
      entryDirectory: '/efi/token/6.12.48+deb13-amd64',
      bootRoot: '/efi',
    },
    verbose: false,
    quiet: false,
    format: 'text',
    debug: false,
  });
});

const layouts: readonly (readonly [layout: string | undefined, entry: string | undefined])[] = [
  ['bls', '/efi/token/6.12.48+deb13-amd64'],
  ['uki', undefined],
  ['other', undefined],
  ['vendor', undefined],
  [undefined, undefined],
];

for (const [layout, entryDirectory] of layouts) {
  test(`the layout ${layout} has the entry directory ${entryDirectory}`, () => {
    const env = { ...systemd257, KERNEL_INSTALL_LAYOUT: layout };
    const invocation = parseKernelInstall(add, env, '/');
    assert.ok(invocation.type === 'build' && invocation.destination.type === 'staging');
    assert.equal(invocation.destination.entryDirectory, entryDirectory);
    assert.equal(invocation.destination.layout, layout);
  });
}

test('what systemd 252 does not set is not needed', () => {
  const invocation = parseKernelInstall(add, systemd252, '/');
  assert.ok(invocation.type === 'build' && invocation.destination.type === 'staging');
  assert.equal(invocation.destination.bootRoot, undefined);
});

test('a relative image is seen from the current directory', () => {
  const args = [...add.slice(0, 3), 'vmlinuz'];
  const invocation = parseKernelInstall(args, systemd257, '/lib/modules');
  assert.ok(invocation.type === 'build');
  assert.equal(invocation.kernelImage, '/lib/modules/vmlinuz');
});

const skips: readonly (readonly [
  name: string,
  args: readonly string[],
  env: object,
  reason: string,
])[] = [
  ['remove', ['remove', '6.12', '/efi/token/6.12'], {}, 'Nothing to do for "remove", skipping'],
  ['a verb to come', ['refresh'], {}, 'Nothing to do for "refresh", skipping'],
  ['no verb', [], {}, 'Nothing to do for "", skipping'],
  [
    'initrds of the caller',
    [...add, '/boot/initrd.img'],
    {},
    'The caller brings its own initrd, skipping',
  ],
  [
    'initrds of the caller behind microcode',
    [...add, '/boot/amd-ucode.img', '/boot/initrd.img'],
    {},
    'The caller brings its own initrd, skipping',
  ],
  [
    'a UKI',
    add,
    { KERNEL_INSTALL_IMAGE_TYPE: 'uki' },
    'The kernel image is a UKI with an initrd of its own, skipping',
  ],
  [
    'another generator',
    add,
    { KERNEL_INSTALL_INITRD_GENERATOR: 'dracut' },
    'The initrd generator is "dracut", not "pkginitrd", skipping',
  ],
  [
    'no generator',
    add,
    { KERNEL_INSTALL_INITRD_GENERATOR: undefined },
    'The initrd generator is "", not "pkginitrd", skipping',
  ],
  [
    'pkginitrd as UKI generator with a layout that makes none',
    add,
    { KERNEL_INSTALL_INITRD_GENERATOR: '', KERNEL_INSTALL_UKI_GENERATOR: 'pkginitrd' },
    'The initrd generator is "", not "pkginitrd", skipping',
  ],
];

for (const [name, args, env, reason] of skips) {
  test(`kernel-install skips ${name}`, () => {
    assert.deepEqual(parseKernelInstall(args, { ...systemd257, ...env }, '/'), {
      type: 'skip',
      reason,
      verbose: false,
    });
  });
}

const verbose: readonly (readonly [string | undefined, boolean])[] = [
  ['1', true],
  ['2', true],
  ['0', false],
  ['', false],
  [undefined, false],
  ['yes', false],
];

for (const [value, expected] of verbose) {
  test(`KERNEL_INSTALL_VERBOSE ${value} is ${expected}`, () => {
    const env = { ...systemd257, KERNEL_INSTALL_VERBOSE: value };
    for (const args of [add, ['remove']]) {
      const invocation = parseKernelInstall(args, env, '/');
      assert.equal(invocation.verbose, expected);
    }
  });
}

const errors: readonly (readonly [
  name: string,
  args: readonly string[],
  env: object,
  message: string,
])[] = [
  [
    'no staging area',
    add,
    { KERNEL_INSTALL_STAGING_AREA: undefined },
    'Cannot add a kernel: KERNEL_INSTALL_STAGING_AREA is not set',
  ],
  [
    'no image',
    add.slice(0, 3),
    {},
    'Cannot add a kernel: expected "add KERNEL ENTRY_DIRECTORY IMAGE"',
  ],
  [
    'pkginitrd as UKI generator where UKIs are wanted',
    add,
    { KERNEL_INSTALL_UKI_GENERATOR: 'pkginitrd', KERNEL_INSTALL_LAYOUT: 'uki' },
    'Cannot make a unified kernel image: ukify makes them of the initrd that pkginitrd stages',
  ],
  [
    'a kernel version that leads elsewhere',
    ['add', '../x', '/e', '/i'],
    {},
    'Cannot take "../x" as a kernel version',
  ],
];

for (const [name, args, env, message] of errors) {
  test(`kernel-install refuses ${name}`, () => {
    assert.throws(() => parseKernelInstall(args, { ...systemd257, ...env }, '/'), {
      name: 'UsageError',
      message,
    });
  });
}

test('ukify may be the UKI generator: it takes the staged initrd', () => {
  const env = {
    ...systemd257,
    KERNEL_INSTALL_UKI_GENERATOR: 'ukify',
    KERNEL_INSTALL_LAYOUT: 'uki',
  };
  assert.equal(parseKernelInstall(add, env, '/').type, 'build');
});

test('the command line hands over arguments and environment', async () => {
  const invocation = await run(['kernel-install', ...add], systemd257);
  assert.deepEqual(invocation, parseKernelInstall(add, systemd257, '/home/u'));
});

test('microcode of the caller is no initrd', () => {
  for (const name of ['amd-ucode.img', 'intel-ucode.img', 'microcode.cpio']) {
    assert.equal(
      parseKernelInstall([...add, `/boot/${name}`], systemd257, '/').type,
      'build',
      name,
    );
  }
});
