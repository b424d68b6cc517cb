import { parseKernelConfig } from '../formats/kernel-config.ts';
import { MODULE_SUFFIX } from '../formats/module-name.ts';
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

/** Kernels whose modules are indexed or that have everything built in, oldest first. */
function installedKernels(root: RootFiles): readonly InstalledKernel[] {
  const found = new Map<string, InstalledKernel>();
  for (const parent of parents) {
    for (const name of root.list(parent)) {
      if (found.has(name) || !/^[0-9]/.test(name)) continue;
      const directory = `${parent}/${name}`;
      if (hasIndex(root, directory) || isMonolithic(root, name, directory)) {
        found.set(name, { version: kernelVersion(name), directory });
      }
    }
  }
  for (const file of root.list('boot')) {
    const name = file.replace(/^vmlinu[xz]-/, '');
    const directory = `${parents[0]}/${name}`;
    if (name === file || found.has(name) || !isMonolithic(root, name, directory)) continue;
    found.set(name, { version: kernelVersion(name), directory });
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
      { hint: `Run: depmod ${wanted}` },
    );
  }
  const known = kernels.map(({ version }) => version).join(', ');
  throw new BuildError(`Cannot find kernel "${wanted}" below "${root.path}": it has no modules`, {
    hint:
      known === ''
        ? 'No kernel is installed there; one without modules needs its configuration in /boot/config-VERSION'
        : `Installed are: ${known}; one without modules needs its configuration in /boot/config-VERSION`,
  });
}

/** The configuration that lies with a kernel (`CONFIG_X`); undefined where there is none. */
export function readKernelConfig(
  root: RootFiles,
  version: string,
  directory: string,
): ReadonlyMap<string, string> | undefined {
  const text = root.readText(`boot/config-${version}`) ?? root.readText(`${directory}/config`);
  return text === undefined ? undefined : parseKernelConfig(text);
}

function hasIndex(root: RootFiles, directory: string): boolean {
  return ['modules.dep', 'modules.dep.bin'].some(
    (name) => root.stat(`${directory}/${name}`) !== undefined,
  );
}

/** True for a kernel that loads no modules by its configuration, or that was installed with none. */
function isMonolithic(root: RootFiles, version: string, directory: string): boolean {
  const config = readKernelConfig(root, version, directory);
  if (config !== undefined && config.get('CONFIG_MODULES') !== 'y') return true;
  if (root.stat(`${directory}/modules.builtin`) === undefined) return false;
  return ![...root.outline(directory)].some(({ path }) => MODULE_SUFFIX.test(path));
}
