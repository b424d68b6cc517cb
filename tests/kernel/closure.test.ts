import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { moduleName } from '../../src/formats/module-name.ts';
import { parseModulesDep } from '../../src/formats/modules-dep.ts';
import { readModuleIndex } from '../../src/host/module-index.ts';
import { readModuleInfos } from '../../src/host/modinfo.ts';
import { absolutePath } from '../../src/model/brands.ts';
import type { ModuleIndex, ModuleRecord } from '../../src/model/facts.ts';
import { rootFiles } from '../../src/sys/root-files.ts';
import { makeSys } from '../../src/sys/sys.ts';
import { type Kernel, kernelBelow, machineKernel } from '../helpers/kernel.ts';
import { need } from '../helpers/need.ts';
import { cache } from '../helpers/paths.ts';
import { runOk } from '../helpers/run.ts';
import { scratch } from '../helpers/scratch.ts';

const sys = makeSys({ searchPath: '/usr/sbin:/usr/bin:/sbin:/bin' });

/** Modules whose closure may differ from kmod's, and why. */
const differences: Readonly<Record<string, string>> = {};

for (const [name, find] of [
  ['the machine', machineKernel],
  ['trixie', () => kernelBelow(join(cache, 'trixie'))],
] as const) {
  test(`what every module of the kernel of ${name} needs is what modprobe would load`, async (t) => {
    const kernel = find();
    if (!need(t, kernel, 'no kernel: run tests/helpers/setup.sh') || !kernel) return;
    const index = indexOf(kernel);
    const names = [...index.paths.values()].map((record) => record.name);
    assert.ok(names.length > 3000, `${names.length} modules`);
    const loads = await modprobeLoads(t, kernel, names);
    const differing = names.filter((module) => {
      const ours = closure(index, module).sort().join(' ');
      return ours !== [...(loads.get(module) ?? [])].sort().join(' ');
    });
    assert.deepEqual(
      differing.filter((module) => differences[module] === undefined),
      [],
    );
  });
}

test('modules.dep says what the modules themselves say, and what depmod says', async (t) => {
  const kernel = machineKernel();
  if (!need(t, kernel, 'no kernel: run tests/helpers/setup.sh') || !kernel) return;
  const index = indexOf(kernel);
  const directory = `usr/lib/modules/${kernel.version}`;
  const root = rootFiles(absolutePath(kernel.root));
  const paths = [...index.paths.keys()];
  const infos = await readModuleInfos(sys, root, directory, paths);
  const own = (name: string, seen: Set<string>, byName: ReadonlyMap<string, string>): void => {
    for (const word of infos.get(byName.get(name) ?? '')?.depends ?? []) {
      if (seen.has(word) || !byName.has(word)) continue;
      seen.add(word);
      own(word, seen, byName);
    }
  };
  const byName = new Map(paths.map((path) => [moduleName(path), path]));
  for (const { name } of index.paths.values()) {
    const seen = new Set<string>();
    own(name, seen, byName);
    assert.deepEqual(closure(index, name).sort(), [...seen, name].sort(), name);
  }
  const printed = await runOk(['depmod', '-n', '-b', kernel.root, kernel.version]);
  const dep = printed.stdout.slice(0, printed.stdout.indexOf('# Aliases extracted'));
  const fresh = parseModulesDep(dep);
  assert.deepEqual([...fresh.keys()].sort(), [...index.paths.keys()].sort());
});

test('the binary indexes alone give the same modules, aliases and built-ins', (t) => {
  const kernel = machineKernel();
  if (!need(t, kernel, 'no kernel: run tests/helpers/setup.sh') || !kernel) return;
  const text = indexOf(kernel);
  const directory = scratch(t);
  const source = join(kernel.root, 'usr/lib/modules', kernel.version);
  for (const name of readdirSync(source).filter((each) => each.endsWith('.bin'))) {
    cpSync(join(source, name), join(directory, 'm', name));
  }
  const binary = readModuleIndex(rootFiles(directory), 'm');
  assert.deepEqual([...binary.paths.values()].sort(byPath), [...text.paths.values()].sort(byPath));
  assert.deepEqual([...binary.builtin].sort(), [...text.builtin].sort());
  const pairs = (index: ModuleIndex): readonly string[] =>
    [...new Set(index.aliases.map(({ pattern, module }) => `${pattern} ${module}`))].sort();
  assert.deepEqual(pairs(binary), pairs(text));
});

function indexOf(kernel: Kernel): ModuleIndex {
  return readModuleIndex(rootFiles(absolutePath(kernel.root)), `usr/lib/modules/${kernel.version}`);
}

function closure(index: ModuleIndex, name: string): string[] {
  const found =
    recordOf.get(index) ?? new Map([...index.paths.values()].map((each) => [each.name, each]));
  recordOf.set(index, found);
  return [name, ...(found.get(name)?.dependencies ?? []).map(moduleName)];
}

const recordOf = new Map<ModuleIndex, ReadonlyMap<string, ModuleRecord>>();

/**
 * The answer of `modprobe --show-depends` for each name. It prints a module after what it needs and says nothing in
 * between, so a module's part ends with its own line. Soft dependencies are hidden from it: they are no part of this.
 */
async function modprobeLoads(
  t: TestContext,
  kernel: Kernel,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const directory = scratch(t);
  const modules = join(directory, 'lib/modules', kernel.version);
  mkdirSync(modules, { recursive: true });
  mkdirSync(join(directory, 'no-configuration'));
  const source = join(kernel.root, 'usr/lib/modules', kernel.version);
  for (const name of readdirSync(source)) {
    if (!/^modules\.(?:softdep|weakdep)$/.test(name)) {
      symlinkSync(join(source, name), join(modules, name));
    }
  }
  const { stdout } = await runOk([
    ...['modprobe', '-C', join(directory, 'no-configuration'), '-d', directory],
    ...['-S', kernel.version, '-a', '--show-depends', ...names],
  ]);
  const lines = stdout.split('\n').filter((line) => line.startsWith('insmod '));
  const loads = new Map<string, readonly string[]>();
  let rest = lines.map((line) => moduleName(line.slice('insmod '.length).trim()));
  for (const name of names) {
    const end = rest.indexOf(name) + 1;
    loads.set(name, rest.slice(0, end));
    rest = rest.slice(end);
  }
  assert.deepEqual(rest, []);
  return loads;
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : 1;
}
