import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { parseModulesBin } from '../../src/formats/modules-bin.ts';
import { parseModulesDep } from '../../src/formats/modules-dep.ts';
import { builtinIndexes, chosenIndexes } from '../../src/image/chosen-indexes.ts';
import { kernelIndexes } from '../../src/image/module-indexes.ts';
import type { PlannedModule } from '../../src/model/plan.ts';
import { bothKernels } from '../helpers/kernel.ts';
import { need } from '../helpers/need.ts';
import { runOk } from '../helpers/run.ts';
import { scratch } from '../helpers/scratch.ts';

/** Every how manyth module is chosen, with what it needs. */
for (const share of [7, 40]) {
  test(`indexes of a choice of modules are those that depmod makes of them: one in ${share}`, async (t) => {
    for (const kernel of bothKernels()) {
      if (!need(t, kernel, 'no kernel: run tests/helpers/setup.sh') || !kernel) return;
      const directory = join(kernel.root, 'usr/lib/modules', kernel.version);
      const modules = choice(directory, share);
      const ours = chosenIndexes(modules, (name) =>
        existsSync(join(directory, name)) ? readFileSync(join(directory, name)) : undefined,
      );
      assert.ok(ours !== undefined);

      const root = scratch(t);
      const made = join(root, 'lib/modules', kernel.version);
      mkdirSync(made, { recursive: true });
      for (const name of kernelIndexes.filter((each) => existsSync(join(directory, each)))) {
        cpSync(join(directory, name), join(made, name));
      }
      for (const { path } of modules) {
        mkdirSync(dirname(join(made, path)), { recursive: true });
        symlinkSync(join(directory, path), join(made, path));
      }
      await runOk(['depmod', '-b', root, kernel.version]);
      for (const name of readdirSync(made).filter((each) => each.startsWith('modules.'))) {
        const theirs = readFileSync(join(made, name));
        if (/^modules\.dep(?:\.bin)?$/.test(name)) continue;
        if (builtinIndexes.includes(name) || kernelIndexes.includes(name)) {
          assert.ok(readFileSync(join(directory, name)).equals(theirs), name);
        } else if (name.endsWith('.bin')) {
          // depmods differ in how they lay out the same.
          assert.deepEqual(said(ours.get(name)), said(theirs), name);
        } else if (theirs.length > 0 || ours.has(name)) {
          assert.ok(ours.get(name)?.equals(theirs), name);
        }
      }
      // Where several orders of dependencies are right, depmod's depends on what else there is.
      assert.deepEqual(
        dependencies(ours.get('modules.dep')),
        dependencies(readFileSync(join(made, 'modules.dep'))),
      );
      const lines = parseModulesBin(ours.get('modules.dep.bin') ?? Buffer.alloc(0));
      assert.equal(
        [...lines.values()]
          .map(([line]) => `${line}\n`)
          .sort()
          .join(''),
        ours
          .get('modules.dep')
          ?.toString()
          .split(/(?<=\n)/)
          .sort()
          .join(''),
      );
    }
  });
}

function said(index: Buffer | undefined): readonly (readonly [string, readonly string[]])[] {
  return [...parseModulesBin(index ?? Buffer.alloc(0))]
    .map(([key, values]) => [key, values.toSorted()] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function choice(directory: string, share: number): readonly PlannedModule[] {
  const all = parseModulesDep(readFileSync(join(directory, 'modules.dep'), 'utf8'));
  const paths = [...all.values()]
    .filter((_, place) => place % share === 0)
    .flatMap(({ path, dependencies: needed }) => [path, ...needed]);
  return [...new Set(paths)].map((path) => ({
    path,
    name: all.get(path)?.name ?? '',
    from: { type: 'built in' },
  }));
}

/** In the order of the lines. */
function dependencies(bytes: Buffer | undefined) {
  return [...parseModulesDep(bytes?.toString() ?? '').values()].map((record) => ({
    ...record,
    dependencies: record.dependencies.toSorted(),
  }));
}
