import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { takeInputs } from '../../../src/cache/inputs.ts';
import { recording } from '../../../src/cache/recording.ts';
import { openStore } from '../../../src/cache/store.ts';
import { absolutePath, type AbsolutePath } from '../../../src/model/brands.ts';
import type { Config } from '../../../src/model/config.ts';
import type { WrittenPart } from '../../../src/model/image.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { readWholeMachine } from '../../../src/verbs/machine.ts';
import { keepPlan, recallPlan } from '../../../src/verbs/recall-plan.ts';
import { keepVerdict, recallVerdict } from '../../../src/verbs/verdict.ts';
import type { VerifyReport } from '../../../src/verify/report.ts';
import { config, facts } from '../../helpers/plan-fixture.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

const sys = makeSys({ searchPath: '/usr/bin:/bin' });
const later = (): bigint => BigInt(Date.now() + 10_000) * 1_000_000n;
const modules = { directory: '', files: [], missing: [], leftOut: [], rootNeeds: [] };

function decidedFor(hostRoot: AbsolutePath, changes: Partial<Config> = {}) {
  const ours = config(changes);
  const plan = makePlan(ours, facts(), modules, new Map(), { generic: false, offline: false });
  const { os } = facts();
  return {
    ...{ plan, config: ours, os, hostRoot, kernelRoot: hostRoot },
    ...{ compressions: ['zstd'] as const, isIndexed: true },
  };
}

function storeIn(hostRoot: AbsolutePath) {
  const directory = absolutePath(`${hostRoot}/var/cache/pkginitrd/parts`);
  const store = openStore(sys, { directory, limit: 2 ** 20, loss: 'a pity' });
  return { store, makers: { tool: 'one', compressor: 'zstd' } };
}

function world(t: TestContext) {
  const hostRoot = plant(scratch(t), {
    'etc/pkginitrd/a.conf': '[Content]\n',
    'proc/modules': 'ext4 1 0\n',
    'run/modprobe.d/a.conf': '',
  });
  const request = {
    ...{ hostRoot, kernelRoot: undefined, kernelVersion: undefined, loadedModulesFile: undefined },
    ...{ generic: false, offline: false, profiles: [], assignments: [] },
  };
  const program = {
    ...{ tool: () => 'one', vendorDirectory: absolutePath('/usr/lib/pkginitrd') },
    architecture: 'x86-64' as const,
  };
  const memory = () => {
    const watched = recording(sys);
    return { ...watched, now: later(), machine: readWholeMachine(watched.sys, request) };
  };
  const looked = ['etc/pkginitrd', 'etc/pkginitrd/a.conf', 'run/modprobe.d/a.conf'].map((path) => ({
    path,
    follow: true,
    names: true,
  }));
  const inputs = takeInputs(sys, new Map([[hostRoot, looked]]), later());
  assert.ok(inputs !== undefined);
  const keepIt = async (changes: Partial<Config> = {}) =>
    keepPlan(sys, storeIn(hostRoot), memory(), request, program, {
      ...{ decided: decidedFor(hostRoot, changes), inputs },
    });
  return { hostRoot, request, program, memory, keepIt };
}

test('recallPlan() gives the plan of the same request back', async (t) => {
  const { hostRoot, request, program, memory, keepIt } = world(t);
  assert.equal(recallPlan(sys, memory(), request, program), undefined);
  assert.deepEqual(await keepIt(), []);
  const found = recallPlan(sys, memory(), request, program);
  assert.equal(JSON.stringify(found?.decided), JSON.stringify(decidedFor(hostRoot)));
});

/** What can happen between two builds; each makes the plan anew. */
const changes: Readonly<Record<string, (root: string) => void>> = {
  'a drop-in is edited': (root) =>
    writeFileSync(`${root}/etc/pkginitrd/a.conf`, '[Content]\nPackages=x\n'),
  'a drop-in comes': (root) => writeFileSync(`${root}/etc/pkginitrd/b.conf`, ''),
  'a file of modprobe.d in /run goes': (root) => rmSync(`${root}/run/modprobe.d/a.conf`),
  'another module is loaded': (root) => writeFileSync(`${root}/proc/modules`, 'btrfs 1 0\n'),
  'the kept plan is damaged': (root) => {
    const parts = `${root}/var/cache/pkginitrd/parts`;
    for (const name of readdirSync(parts)) writeFileSync(`${parts}/${name}`, 'x');
  },
};

for (const [what, change] of Object.entries(changes)) {
  test(`recallPlan() has none where ${what}`, async (t) => {
    const { hostRoot, request, program, memory, keepIt } = world(t);
    await keepIt();
    assert.ok(recallPlan(sys, memory(), request, program) !== undefined);
    change(hostRoot);
    assert.equal(recallPlan(sys, memory(), request, program), undefined);
  });
}

test('recallPlan() has none of another request or another program, nor from source', async (t) => {
  const { request, program, memory, keepIt } = world(t);
  await keepIt();
  const others = [
    [{ ...request, generic: true }, program],
    [{ ...request, profiles: ['x'] }, program],
    [request, { ...program, tool: () => 'other' }],
    [request, { ...program, tool: () => undefined }],
    [request, { ...program, vendorDirectory: absolutePath('/elsewhere') }],
  ] as const;
  for (const [asked, by] of others) assert.equal(recallPlan(sys, memory(), asked, by), undefined);
});

test('keepPlan() writes no password down', async (t) => {
  const { request, program, memory, keepIt } = world(t);
  assert.deepEqual(await keepIt({ rootPassword: 'hashed:$6$x' }), []);
  assert.equal(recallPlan(sys, memory(), request, program), undefined);
});

test('recallVerdict() is of the same bytes, the same plan and the same program alone', async (t) => {
  const root = scratch(t);
  const cache = storeIn(root);
  const decided = decidedFor(root);
  const parts = (text: string): readonly WrittenPart[] => {
    const file = absolutePath(`${root}/${text}.part`);
    writeFileSync(file, text);
    const sizes = { bytes: text.length, unpackedBytes: 4, entries: 1 };
    return [{ name: 'base', compression: 'none', file, ...sizes }];
  };
  const report: VerifyReport = {
    ...{ findings: [], warnings: ['a warning'], bytes: 4, unpackedBytes: 4, members: [] },
    sha256: '88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589',
  };
  assert.deepEqual(await keepVerdict(sys, cache, decided, report), []);
  assert.deepEqual(recallVerdict(sys, cache, decided, parts('abcd')), report);
  assert.equal(recallVerdict(sys, cache, decided, parts('abce')), undefined);
  const { plan } = decided;
  const rootNeeds = [{ what: 'x', anyOf: ['ext4'], strict: true }];
  const other = { ...decided, plan: { ...plan, modules: { ...modules, rootNeeds } } };
  assert.equal(recallVerdict(sys, cache, other, parts('abcd')), undefined);
  const makers = { ...cache.makers, tool: 'other' };
  assert.equal(recallVerdict(sys, { ...cache, makers }, decided, parts('abcd')), undefined);
});
