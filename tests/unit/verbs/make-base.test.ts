import assert from 'node:assert/strict';
import { chmodSync, existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { codec } from '../../../src/compress/compress.ts';
import { makeManifest } from '../../../src/image/manifest.ts';
import { indexModules } from '../../../src/image/module-indexes.ts';
import { readParts, writeKernelPart, writeParts } from '../../../src/image/parts.ts';
import { absolutePath } from '../../../src/model/brands.ts';
import type { Command } from '../../../src/model/sys.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { packBase } from '../../../src/verbs/make-base.ts';
import { config, facts } from '../../helpers/plan-fixture.ts';
import { plant, scratch } from '../../helpers/scratch.ts';
import { buildElf } from '../formats/build-elf.ts';

test('a Base is all that the later steps need: their root is gone, and nothing is missing', async (t) => {
  const workspace = scratch(t);
  const root = plant(absolutePath(`${workspace}/root`), {
    'etc/os-release': 'ID=debian\nBUG_REPORT_URL=https://bugs\n',
    'etc/shadow': 'root:*:1::::::\n',
    'etc/keys.d': null,
    'usr/bin/kmod': buildElf({}),
    'usr/sbin/depmod': { link: '../bin/kmod' },
  });
  chmodSync(`${root}/etc/keys.d`, 0o700);
  chmodSync(`${root}/etc/shadow`, 0o640);
  const ours = config({ rootPassword: 'hashed:$6$x' });
  const modules = { directory: '', files: [], missing: [], leftOut: [], rootNeeds: [] };
  const planned = makePlan(ours, facts(), modules, new Map(), { generic: false, offline: false });
  const key = { type: 'text', text: 'k' } as const;
  const host = [
    {
      path: 'etc/keys.d/a',
      mode: 0o600,
      content: key,
      secret: true,
      from: { type: 'only manager' } as const,
    },
  ];
  const withoutMicrocode = planned.parts.filter(({ name }) => name !== 'microcode');
  const plan = { ...planned, host, parts: withoutMicrocode };
  const commands: Command[] = [];
  const sys = {
    ...makeSys({ searchPath: '/usr/bin:/bin' }),
    run: async (command: Command) => {
      commands.push(command);
      return { exitCode: 0, stdout: '', stderr: '' };
    },
  };
  const tree = {
    root,
    packages: [],
    owners: new Map(),
    metadata: [],
    newestPackageTime: 5,
    warnings: ['a warning'],
  };

  const given: (string | undefined)[] = [];
  const meanwhile = async (depmod: string | undefined) => {
    assert.ok(existsSync(root));
    given.push(depmod);
  };
  const base = await packBase(sys, plan.parts, tree, 5, workspace, codec(sys), meanwhile);
  assert.deepEqual(given, [base.depmod]);

  assert.ok(!existsSync(root));
  assert.deepEqual([base.bugs, base.warnings], ['https://bugs', ['a warning']]);
  const kernelRoot = plant(scratch(t), {});
  const indexes = await indexModules(sys, plan, kernelRoot, base.depmod, workspace);
  const [depmod] = commands;
  assert.ok(existsSync(`${depmod?.sandbox?.root}/usr/sbin/depmod`));
  const where = { hostRoot: absolutePath('/'), kernelRoot, vendorDirectory: absolutePath('/x') };
  const common = {
    ...where,
    plan: { ...plan, firmware: { files: [], missing: [] } },
    config: ours,
  };
  const manifest = makeManifest({ ...common, ...base, epoch: 5 });
  const kernel = await writeKernelPart(
    sys,
    { ...common, indexes, manifest, epoch: 5 },
    workspace,
    codec(sys),
  );
  const sources = { ...common, base, ready: [base.part, kernel], epoch: 5 };
  const parts = await writeParts(sys, sources, workspace, codec(sys));
  const found = new Map<string, string>();
  for await (const entry of readParts(sys, parts, codec(sys))) {
    found.set(entry.path, `${entry.type} ${entry.mode.toString(8)}`);
    if (entry.path !== 'etc/shadow' || entry.type !== 'file') continue;
    found.set(entry.path, `${entry.mode.toString(8)} ${await text(entry.content.chunks)}`);
  }
  assert.equal(found.get('etc/keys.d'), 'directory 700');
  assert.equal(found.get('etc/keys.d/a'), 'file 600');
  assert.equal(found.get('etc/shadow'), '640 root:$6$x:1::::::\n');
  assert.equal(found.get('usr/sbin/depmod'), 'symlink 777');
  assert.equal(found.get('usr/bin/kmod'), 'file 644');
});

test('a base part that cannot be written is told when what is done meanwhile has ended', async (t) => {
  const workspace = scratch(t);
  const root = plant(absolutePath(`${workspace}/root`), { 'etc/os-release': 'ID=debian\n' });
  const tree = { root, packages: [], owners: new Map(), metadata: [], newestPackageTime: 5 };
  const events: string[] = [];
  const broken = {
    ...codec(makeSys({ searchPath: '' })),
    async *compress(): AsyncGenerator<Uint8Array> {
      events.push('fails');
      yield Buffer.from('half');
      throw new Error('on fire');
    },
  };
  const meanwhile = async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    events.push('has ended');
  };
  const parts = [{ name: 'base', compression: 'zstd', level: 3 }] as const;
  const sys = makeSys({ searchPath: '' });
  await assert.rejects(
    packBase(sys, parts, { ...tree, warnings: [] }, 5, workspace, broken, meanwhile),
    /on fire/,
  );
  assert.deepEqual(events, ['fails', 'has ended']);
});
