import assert from 'node:assert/strict';
import test from 'node:test';
import type { Entry } from '../../../src/model/image.ts';
import {
  file,
  goodImage,
  moduleFile,
  modulesDepBin,
  put,
  verifyTrees,
  VERMAGIC,
  VERSION,
} from './build-image.ts';

const modules = `usr/lib/modules/${VERSION}`;
const needed = [{ what: 'disk under /', anyOf: ['ahci'], strict: true }];

async function findings(
  rootNeeds: typeof needed,
  ...entries: readonly Entry[]
): Promise<readonly string[]> {
  const image = goodImage();
  // Modules that are as they should be are most.
  const lines = [
    'kernel/ahci.ko: kernel/libata.ko.xz',
    'kernel/libata.ko.xz:',
    'kernel/x.ko:',
    'kernel/y.ko:',
  ];
  const keys = ['ahci', 'libata', 'x', 'y'];
  const index = Object.fromEntries(keys.map((key, at) => [key, lines[at] ?? '']));
  put(
    image.kernel,
    moduleFile('kernel/x.ko', []),
    moduleFile('kernel/y.ko', []),
    file(`${modules}/modules.dep`, `${lines.join('\n')}\n`),
    file(`${modules}/modules.dep.bin`, modulesDepBin(index)),
    ...entries,
  );
  const report = await verifyTrees(image, { expect: { rootNeeds } });
  return report.findings.map(({ severity, message }) => `${severity}: ${message}`);
}

const ahci = (fields: readonly string[], machine?: number): Entry =>
  moduleFile('kernel/ahci.ko', ['depends=libata,scsi_mod', ...fields], machine);

const builds: Readonly<Record<string, readonly [entry: Entry, isRefused: boolean]>> = {
  'this kernel': [ahci([]), false],
  'another version': [ahci([`vermagic=6.1.0-y SMP preempt mod_unload `]), true],
  'other options': [ahci([`vermagic=${VERSION} SMP mod_unload `]), true],
  'another processor': [ahci([], 183), true],
  'no kernel that it names': [ahci(['vermagic']), true],
};

for (const [what, [entry, isRefused]] of Object.entries(builds)) {
  test(`verifyImage judges a module that is built for ${what}`, async () => {
    const severity = (lines: readonly string[]): readonly string[] =>
      lines.map((line) => line.slice(0, line.indexOf(':')));
    assert.deepEqual(severity(await findings(needed, entry)), isRefused ? ['error'] : []);
    // Without it the image boots.
    assert.deepEqual(severity(await findings([], entry)), isRefused ? ['warning'] : []);
  });
}

test('verifyImage refuses an image all of whose modules are built for another kernel', async () => {
  const other = 'vermagic=6.1.0-y SMP ';
  const image = goodImage();
  image.kernel.delete(`${modules}/kernel/libata.ko.xz`);
  put(
    image.kernel,
    moduleFile('kernel/ahci.ko', [other]),
    file(`${modules}/modules.dep`, 'kernel/ahci.ko:\n'),
    file(`${modules}/modules.dep.bin`, modulesDepBin({ ahci: 'kernel/ahci.ko:' })),
  );
  const { findings: found } = await verifyTrees(image, { expect: { modules: ['kernel/ahci.ko'] } });
  assert.deepEqual(
    found.map(({ severity, message }) => `${severity}: ${message}`),
    [
      'error: Module "kernel/ahci.ko" is built for "6.1.0-y SMP" and machine 62/64, kernel 6.1.0-x does not load it',
    ],
  );
});

test('verifyImage accepts a module of another version where checksums of symbols decide', async () => {
  const words = 'SMP preempt mod_unload modversions ';
  const all = ['x', 'y'].map((name) =>
    moduleFile(`kernel/${name}.ko`, [`vermagic=${VERSION} ${words}`]),
  );
  assert.deepEqual(await findings(needed, ...all, ahci([`vermagic=6.1.0-y ${words}`])), []);
  assert.match(VERMAGIC, /SMP/);
});

const alias = (entries: Readonly<Record<string, string>>): Entry =>
  file(`${modules}/modules.alias.bin`, modulesDepBin(entries));

const indexes: readonly (readonly [what: string, entries: readonly Entry[], finding: string])[] = [
  [
    'an alias that a needed module has',
    [ahci(['alias=pci:v1d*'])],
    'error: modules.alias.bin does not have "pci:v1d*", by which "ahci" is asked for',
  ],
  [
    'an alias that another module has',
    [moduleFile('kernel/x.ko', ['alias=usb:v1', 'alias=usb:v2'])],
    'warning: modules.alias.bin does not have "usb:v1", by which "x" is asked for',
  ],
  [
    'an alias that stands in the list alone',
    [file(`${modules}/modules.alias`, 'alias pci:v1 ahci\n')],
    'error: modules.alias.bin does not have "pci:v1", by which "ahci" is asked for',
  ],
  [
    'an alias that leads to another module',
    [file(`${modules}/modules.alias`, 'alias pci:v1 ahci\n'), alias({ 'pci:v1': 'x' })],
    'error: modules.alias.bin does not have "pci:v1", by which "ahci" is asked for',
  ],
  [
    'an alias of what is not there',
    [alias({ 'pci:v1': 'gone' })],
    'warning: modules.alias.bin names "gone", which is neither there nor built in',
  ],
  [
    'a symbol that stands in the list alone',
    [file(`${modules}/modules.symbols`, 'alias symbol:s x\n')],
    'warning: modules.symbols.bin does not have "symbol:s", by which "x" is asked for',
  ],
  [
    // Nothing asks for it by its symbol on the way to the root.
    'a symbol of what the boot needs',
    [file(`${modules}/modules.symbols`, 'alias symbol:s ahci\n')],
    'warning: modules.symbols.bin does not have "symbol:s", by which "ahci" is asked for',
  ],
  [
    'a list of modules that has less than the index',
    [file(`${modules}/modules.dep`, 'kernel/ahci.ko: kernel/libata.ko.xz\n')],
    'warning: modules.dep.bin says more than modules.dep of 3 modules, of "libata" first',
  ],
  [
    'a symbol of what is not there',
    [file(`${modules}/modules.symbols.bin`, modulesDepBin({ 'symbol:s': 'gone' }))],
    'warning: modules.symbols.bin names "gone", which is neither there nor built in',
  ],
  [
    'an index of symbols that is cut off',
    [file(`${modules}/modules.symbols.bin`, 'x')],
    `warning: Damaged file "${modules}/modules.symbols.bin": Cannot read kmod's binary index: found 1 bytes, wanted at least 12`,
  ],
  [
    'what is built in by the list alone',
    [file(`${modules}/modules.builtin.bin`, modulesDepBin({}))],
    'warning: modules.builtin.bin does not have "scsi_mod", so that modprobe fails for what is built in',
  ],
  [
    'a module that is said to be built in',
    [file(`${modules}/modules.builtin.modinfo`, 'ahci.license=GPL\0')],
    'warning: modules.builtin.modinfo says that "ahci" is built in, and it is a module',
  ],
  [
    'a soft dependency of what is not there',
    [file(`${modules}/modules.softdep`, 'softdep gone pre: x\n')],
    'warning: modules.softdep names "gone", which is neither there nor built in',
  ],
  [
    'a device node of what is not there',
    [file(`${modules}/modules.devname`, '# comment\nx x c10:1\ngone gone c10:2\n')],
    'warning: modules.devname names "gone", which is neither there nor built in',
  ],
  [
    'a device node that is none',
    [file(`${modules}/modules.devname`, 'garbage\n')],
    `warning: Damaged file "${modules}/modules.devname": found "garbage", wanted "NAME DEVICE cMAJOR:MINOR"`,
  ],
];

for (const [what, entries, finding] of indexes) {
  test(`verifyImage holds the indexes of modules against each other: ${what}`, async () => {
    assert.deepEqual(await findings(needed, ...entries), [finding]);
  });
}

test('verifyImage accepts indexes that agree', async () => {
  const found = await findings(
    needed,
    ahci(['alias=pci:v1', 'alias=fs-a']),
    file(`${modules}/modules.alias`, 'alias pci:v1 ahci\nalias fs-a ahci\n'),
    alias({ 'pci:v1': 'ahci', fs_a: 'ahci' }),
    file(`${modules}/modules.symbols`, 'alias symbol:s x\n'),
    file(`${modules}/modules.symbols.bin`, modulesDepBin({ 'symbol:s': 'x' })),
    file(`${modules}/modules.softdep`, 'softdep ahci pre: scsi_mod\n'),
    file(`${modules}/modules.devname`, 'scsi_mod sg c21:0\n'),
    file(`${modules}/modules.builtin.modinfo`, 'scsi_mod.license=GPL\0kernel.x=y\0'),
  );
  assert.deepEqual(found, []);
});
