import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { baseEntries } from '../../../src/image/base-part.ts';
import { indexModules } from '../../../src/image/module-indexes.ts';
import { depmodEntries } from '../../../src/root/depmod.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { buildElf } from '../formats/build-elf.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';
import { absolutePath } from '../../../src/model/brands.ts';
import { config, facts } from '../../helpers/plan-fixture.ts';
import { makePlan } from '../../../src/plan/plan.ts';

const sys = makeSys({ searchPath: '/usr/bin:/bin' });

function kept(t: TestContext, tree: Tree): readonly string[] {
  const root = plant(scratch(t), tree);
  return depmodEntries(sys, baseEntries(sys.root(root), 9)).map(({ path }) => path);
}

test('depmodEntries() are the program, loader, libraries of libraries and links, nothing else', (t) => {
  const note = JSON.stringify([{ soname: ['libopened.so.1'], priority: 'recommended' }]);
  const paths = kept(t, {
    bin: { link: 'usr/bin' },
    lib64: { link: '/usr/lib64' },
    'usr/bin/kmod': buildElf({
      interpreter: '/lib64/ld.so',
      needed: ['liba.so.1'],
      dlopen: [note],
    }),
    'usr/bin/other': buildElf({ needed: ['libother.so'] }),
    'usr/sbin/depmod': { link: '../../bin/kmod' },
    'usr/lib64/ld.so': buildElf({}),
    'usr/lib64/liba.so.1': { link: 'liba.so.1.2' },
    'usr/lib64/liba.so.1.2': buildElf({ needed: ['libb.so'] }),
    'usr/lib64/v3/liba.so.1': buildElf({ needed: ['libb.so'] }),
    'opt/libb.so': buildElf({}),
    'usr/lib64/libopened.so.1': buildElf({}),
    'usr/lib64/libother.so': buildElf({}),
    'etc/depmod.d/updates.conf': 'search updates',
    'etc/ld.so.cache': '',
    'etc/passwd': '',
    tmp: null,
  });
  assert.deepEqual(paths, [
    'bin',
    'etc',
    'etc/depmod.d',
    'etc/depmod.d/updates.conf',
    'etc/ld.so.cache',
    'lib64',
    'opt',
    'opt/libb.so',
    'tmp',
    'usr',
    'usr/bin',
    'usr/bin/kmod',
    'usr/lib64',
    'usr/lib64/ld.so',
    'usr/lib64/liba.so.1',
    'usr/lib64/liba.so.1.2',
    'usr/lib64/libopened.so.1',
    'usr/lib64/v3',
    'usr/lib64/v3/liba.so.1',
    'usr/sbin',
    'usr/sbin/depmod',
  ]);
});

test('depmodEntries() of a root without depmod, or with links in a circle, are none', (t) => {
  assert.deepEqual(kept(t, { 'usr/bin/kmod': '', tmp: null }), []);
  assert.deepEqual(
    kept(t, { 'usr/sbin/depmod': { link: '../bin/x' }, 'usr/bin/x': { link: '../sbin/depmod' } }),
    [],
  );
});

test('indexModules() without a depmod says which package brings one', async (t) => {
  const modules = { directory: '', files: [], missing: [], leftOut: [], rootNeeds: [] };
  const plan = makePlan(config(), facts(), modules, new Map(), { generic: false, offline: false });
  const directory = scratch(t);
  await assert.rejects(indexModules(sys, plan, absolutePath('/'), undefined, directory), {
    message: /no package brought \/usr\/sbin\/depmod/,
    hint: 'Name kmod in Packages=',
  });
});
