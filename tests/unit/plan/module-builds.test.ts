import assert from 'node:assert/strict';
import test from 'node:test';
import { BuildError } from '../../../src/model/errors.ts';
import type { ModuleInfo } from '../../../src/model/facts.ts';
import type { StorageNode } from '../../../src/model/storage.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import { selectModules } from '../../../src/plan/select-modules.ts';
import { config, facts, info, words } from '../../helpers/plan-fixture.ts';

const version = '6.12.48+deb13-amd64';
const words612 = 'SMP preempt mod_unload modversions ';
const disk: StorageNode = {
  type: 'disk',
  device: 'sda',
  drivers: [
    {
      ...{ device: '0000:00:1f.2', bus: 'pci', driver: 'ahci', module: 'ahci' },
      ...{ modalias: null, role: 'parent' },
    },
  ],
};

/** The refusal, the warnings, or nothing, where / lies on ahci and all modules but one are as they should be. */
function answer(odd: (path: string) => boolean, build: Partial<ModuleInfo>): string {
  const root = { purpose: '/', required: true, source: '/dev/sda1' } as const;
  const host = facts({
    storage: [{ ...root, fileSystem: null, checksum: null, below: [disk] }],
    commandLine: ['root=/dev/sda1'],
  });
  const ours = config({ kernelModules: words('ahci', 'r8169', 'btrfs') });
  const modules = selectModules(ours, host);
  const right = { ...info([]), vermagic: `${version} ${words612}`, machine: '62/64' };
  const infos = new Map(
    modules.files.map(({ path }) => [path, odd(path) ? { ...right, ...build } : right]),
  );
  try {
    const { warnings } = makePlan(ours, host, modules, infos, { generic: false, offline: false });
    return warnings.filter((line) => line.startsWith('Module ')).join('\n');
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return `refused: ${error.message}`;
  }
}

const isUnderRoot = (path: string): boolean => /\/(?:ahci|libahci|libata)\.ko/.test(path);
const isAside = (path: string): boolean => /\/r8169\.ko/.test(path);

const refusedByKernel: Readonly<Record<string, Partial<ModuleInfo>>> = {
  'another version without checksums': { vermagic: '6.12.41 SMP preempt mod_unload ' },
  'other options': { vermagic: `${version} SMP mod_unload modversions ` },
  'another processor': { machine: '183/64' },
};

for (const [what, build] of Object.entries(refusedByKernel)) {
  test(`makePlan() refuses a module under / that is built for ${what}, and warns of any other`, () => {
    assert.match(answer(isUnderRoot, build), /refused: [^]*ahci\.ko.* does not load it/);
    assert.match(answer(isAside, build), /^Module ".*r8169\.ko" is built for .* does not load it$/);
  });
}

test('makePlan() warns of a module that loads only if its symbols are the same', () => {
  const build = { vermagic: `6.12.41 ${words612}` };
  for (const odd of [isUnderRoot, isAside]) {
    assert.match(answer(odd, build), /^Module .* is built for "6\.12\.41 .* loads only if/);
  }
});

test('makePlan() refuses a kernel all of whose modules are of another one, needed or not', () => {
  assert.match(
    answer(() => true, { vermagic: '6.12.41 SMP ' }),
    /^refused: /,
  );
});

test('makePlan() has no word for modules that say nothing, or the right thing', () => {
  assert.equal(
    answer(() => true, { vermagic: undefined }),
    '',
  );
  assert.equal(
    answer(() => false, {}),
    '',
  );
});
