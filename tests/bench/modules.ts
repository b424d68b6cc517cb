import { indexAliases } from '../../src/formats/modules-alias.ts';
import { readModuleInfos } from '../../src/host/modinfo.ts';
import { readModuleIndex } from '../../src/host/module-index.ts';
import { absolutePath } from '../../src/model/brands.ts';
import { makeSys } from '../../src/sys/sys.ts';
import type { Kernel } from '../helpers/kernel.ts';
import { runOk } from '../helpers/run.ts';
import { median } from './median.ts';

const sys = makeSys({ searchPath: '/usr/bin:/bin' });

/** A sentence about reading all modules of a kernel, which is more than any image has, and finding one by an alias. */
export async function allModules(kernel: Kernel, runs: number): Promise<string> {
  const root = sys.root(absolutePath(kernel.root));
  const directory = `usr/lib/modules/${kernel.version}`;
  const [indexing, reading, unpacking]: [number[], number[], number[]] = [[], [], []];
  let paths: readonly string[] = [];
  for (let round = 0; round <= runs; round += 1) {
    const began = performance.now();
    const index = readModuleIndex(root, directory);
    const find = indexAliases(index.aliases);
    find('pci:v00008086d00002922sv00000000sd00000000bc01sc06i01');
    const indexed = performance.now();
    paths = [...index.paths.keys()];
    await readModuleInfos(sys, root, directory, paths);
    const read = performance.now();
    // The first round fills the machine's caches.
    if (round === 0) continue;
    indexing.push(indexed - began);
    reading.push(read - indexed);
    if (isCompressed(paths)) unpacking.push(await decompression(`${root.path}/${directory}`));
  }
  const alone = unpacking.length === 0 ? '' : ` (xz alone, on two cores: ${whole(unpacking)})`;
  return (
    `${kernel.version}, ${paths.length} modules: indexes ${whole(indexing)}, ` +
    `.modinfo of all of them ${whole(reading)}${alone}`
  );
}

function isCompressed(paths: readonly string[]): boolean {
  return paths.some((path) => path.endsWith('.xz'));
}

async function decompression(directory: string): Promise<number> {
  const each = 'find "$0" -name "*.ko.xz" -print0 | xargs -0 -n 500 -P 2 xz -dc | cat >/dev/null';
  return (await runOk(['sh', '-c', each, directory])).milliseconds;
}

function whole(times: readonly number[]): string {
  return `${median(times).toFixed(0)} ms`;
}
