import { compareVersions } from '../formats/version-compare.ts';
import { kernelVersion, type KernelVersion } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { RootFiles } from '../model/sys.ts';

// Where /usr is not merged, /lib/modules is a directory of its own.
const parents = ['usr/lib/modules', 'lib/modules'] as const;

export interface InstalledKernel {
  readonly version: KernelVersion;
  /** From the root, without leading slash. */
  readonly directory: string;
}

/** Kernels with an index of modules, oldest first. */
function installedKernels(root: RootFiles): readonly InstalledKernel[] {
  const found = new Map<string, InstalledKernel>();
  for (const parent of parents) {
    for (const name of root.list(parent)) {
      if (found.has(name) || !/^[0-9]/.test(name)) continue;
      const directory = `${parent}/${name}`;
      if (hasIndex(root, directory)) found.set(name, { version: kernelVersion(name), directory });
    }
  }
  return [...found.values()].sort((a, b) => compareVersions(a.version, b.version));
}

/** The kernel asked for, else the newest. */
export function chooseKernel(root: RootFiles, wanted: KernelVersion | undefined): InstalledKernel {
  const kernels = installedKernels(root);
  const chosen =
    wanted === undefined ? kernels.at(-1) : kernels.find(({ version }) => version === wanted);
  if (chosen !== undefined) return chosen;
  if (wanted === undefined) {
    throw new BuildError(`Cannot find a kernel with modules below "${root.path}"`, {
      hint: 'Install a kernel package, or name the root that holds usr/lib/modules with --kernel-root',
    });
  }
  const unindexed = parents.find((parent) => root.stat(`${parent}/${wanted}`) !== undefined);
  if (unindexed !== undefined) {
    throw new BuildError(
      `Cannot use kernel "${wanted}": no modules.dep in "${unindexed}/${wanted}"`,
      {
        hint: `Run: depmod ${wanted}`,
      },
    );
  }
  const known = kernels.map(({ version }) => version).join(', ');
  throw new BuildError(`Cannot find kernel "${wanted}" below "${root.path}"`, {
    hint: known === '' ? 'No kernel is installed there' : `Installed are: ${known}`,
  });
}

function hasIndex(root: RootFiles, directory: string): boolean {
  return ['modules.dep', 'modules.dep.bin'].some(
    (name) => root.stat(`${directory}/${name}`) !== undefined,
  );
}
