import assert from 'node:assert/strict';
import test from 'node:test';
import type { VerifyReport } from '../../../src/verify/report.ts';
import { lacksLibraries, namePackages } from '../../../src/verify/verify.ts';
import {
  file,
  goodImage,
  modulesDepBin,
  program,
  put,
  verifyTrees,
  VERSION,
} from './build-image.ts';

function found(report: VerifyReport): readonly string[] {
  return report.findings.map(({ severity, message }) => `${severity}: ${message}`);
}

test('verifyImage asks for the modules under / unless they are built in', async () => {
  const rootNeeds = [
    { what: 'file system ext4 of /', anyOf: ['ext4'], strict: true },
    { what: 'pci 0000:00:01.0 under /', anyOf: ['ahci', 'vmd'], strict: false },
    { what: 'pci 0000:00:02.0 under /', anyOf: ['megaraid'], strict: false },
    { what: 'scsi 0:0:0:0 under /', anyOf: ['scsi_mod'], strict: true },
  ];
  assert.deepEqual(found(await verifyTrees(goodImage(), { expect: { rootNeeds } })), [
    'error: Missing module "ext4" for file system ext4 of /: it is neither there nor built in',
    'warning: Missing module "megaraid" for pci 0000:00:02.0 under /: it is neither there nor built in',
  ]);
});

test('verifyImage asks for the programs that bring up what lies under /', async () => {
  const programs = [
    { what: 'crypt under /', anyOf: ['systemd-cryptsetup', 'cryptsetup'] },
    { what: 'lvm under /', anyOf: ['lvm'] },
    { what: 'raid under /', anyOf: ['mdadm'] },
    { what: 'bcache under /', anyOf: ['bcache-register'] },
  ];
  const image = goodImage();
  put(
    image.base,
    program('usr/lib/systemd/systemd-cryptsetup', { type: 2 }),
    program('usr/lib/udev/bcache-register', { type: 2 }),
    file('usr/bin/lvm', ''),
  );
  assert.deepEqual(found(await verifyTrees(image, { expect: { programs } })), [
    'error: Cannot start "lvm" for lvm under /: "usr/bin/lvm" is not executable',
    'error: Missing program "mdadm" for raid under /',
  ]);
});

test('verifyImage asks for planned firmware', async () => {
  const firmware = ['usr/lib/firmware/a.bin', 'usr/lib/firmware/b.bin'];
  const image = goodImage();
  put(image.kernel, file('usr/lib/firmware/a.bin', 'a'));
  assert.deepEqual(found(await verifyTrees(image, { expect: { firmware } })), [
    'error: Missing planned firmware "usr/lib/firmware/b.bin"',
  ]);
});

test('verifyImage notes soft and weak dependencies that are neither there, built in nor an alias', async () => {
  const image = goodImage();
  const modules = `usr/lib/modules/${VERSION}`;
  put(
    image.kernel,
    file(`${modules}/modules.softdep`, 'softdep ahci pre: libata gone scsi_mod crypto-x\n'),
    file(`${modules}/modules.weakdep`, 'weakdep ahci away\nweakdep other more\n'),
    file(`${modules}/modules.alias`, 'alias crypto-x libata\n'),
    file(`${modules}/modules.alias.bin`, modulesDepBin({ crypto_x: 'libata' })),
  );
  const report = await verifyTrees(image);
  assert.deepEqual(found(report), [
    'note: Module "ahci" has a soft dependency on "gone", which is not there',
    'note: Module "ahci" has a weak dependency on "away", which is not there',
  ]);
  assert.deepEqual(report.warnings, []);
});

test('verifyImage warns of a recommended library once for each feature', async () => {
  const image = goodImage();
  const dlopen = ['[{"soname":["libtss2.so.0"],"feature":"tpm","priority":"recommended"}]'];
  put(image.base, program('usr/bin/a', { dlopen }), program('usr/bin/b', { dlopen }));
  const [finding, ...others] = (await verifyTrees(image)).findings;
  assert.deepEqual(others, []);
  assert.equal(finding?.severity, 'warning');
  assert.equal(finding.hint, 'Add the package that ships "libtss2.so.0" to Packages=');
});

test('namePackages() names the package of the host that ships a missing library', async () => {
  const image = goodImage();
  const dlopen = [
    '[{"soname":["libtss2.so.0"],"feature":"tpm","priority":"recommended"}]',
    '[{"soname":["libgone.so.1","libqr.so.4"],"feature":"qr","priority":"recommended"}]',
  ];
  put(image.base, program('usr/bin/a', { dlopen }));
  const report = await verifyTrees(image);
  assert.equal(lacksLibraries(report), true);
  const owners = new Map([
    ['usr/share/doc/libtss2.so.0', 'documentation'],
    ['usr/lib/x86_64-linux-gnu/libqr.so.4', 'libqr4'],
  ]);
  assert.deepEqual(namePackages(report, owners).warnings, [
    '"usr/bin/a" opens "libtss2.so.0" for tpm, which is missing; that will not work',
    '"usr/bin/a" opens "libgone.so.1" or "libqr.so.4" for qr, which is missing; that will not work unless "libqr4" is added to Packages=',
  ]);
});

test('lacksLibraries() of a good image is false', async () => {
  assert.equal(lacksLibraries(await verifyTrees(goodImage())), false);
});
