import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Plan } from '../model/plan.ts';
import type { Command, Sys } from '../model/sys.ts';
import { readEntries } from '../formats/initrd/entries.ts';
import { builtinIndexes, chosenIndexes } from './chosen-indexes.ts';
import { fileChunks } from './write-image.ts';

/** Takes the indexes of the chosen modules out of the kernel's; false where that cannot be, and nothing is written. */
export function takeIndexes(
  sys: Sys,
  { modules }: Plan,
  kernelRoot: AbsolutePath,
  workspace: AbsolutePath,
): boolean {
  const from = sys.root(kernelRoot);
  const read = (name: string) => from.readBytes(`${modules.directory}/${name}`);
  const chosen = chosenIndexes(modules.files, read);
  if (chosen === undefined) return false;
  const to = sys.root(indexDirectory(workspace));
  for (const [name, bytes] of chosen) to.write(name, bytes, 0o644);
  for (const name of [...kernelIndexes, ...builtinIndexes]) {
    const bytes = read(name);
    if (bytes !== undefined) to.write(name, bytes, 0o644);
  }
  return true;
}

/** The tree that the indexes of the image are written to. */
export function indexDirectory(workspace: AbsolutePath): AbsolutePath {
  return absolutePath(`${workspace}/indexes`);
}

/**
 * Runs the image's own depmod over the chosen modules, since kmod's index formats have to fit the kmod that reads
 * them. Returns the tree with the indexes, below `workspace`.
 */
export async function indexModules(
  sys: Sys,
  plan: Plan,
  kernelRoot: AbsolutePath,
  depmod: AbsolutePath | undefined,
  workspace: AbsolutePath,
): Promise<AbsolutePath> {
  const indexes = indexDirectory(workspace);
  // A kernel with everything built in may have no directory of modules.
  if (sys.root(kernelRoot).stat(plan.modules.directory) === undefined) {
    sys.root(workspace).mkdir('indexes', 0o755);
    return indexes;
  }
  if (depmod === undefined) {
    throw new BuildError('Cannot index the kernel modules: no package brought /usr/sbin/depmod', {
      hint: 'Name kmod in Packages=',
    });
  }
  const root = absolutePath(`${workspace}/depmod`);
  await sys.writeTree(root, readEntries(fileChunks(sys, depmod)));
  stageModules(sys, plan, kernelRoot, indexes);
  const modules = sys.root(kernelRoot).resolve(plan.modules.directory);
  await sys.run(depmodCommand(plan.kernelVersion, { root, modules, indexes }));
  return indexes;
}

/** The kernel's directory of modules, as the sandbox shows it. */
const modulesInSandbox = '/tmp/modules';

/** The kernel package's own lists; depmod writes the rest. */
export const kernelIndexes = ['modules.builtin', 'modules.builtin.modinfo', 'modules.order'];

/** Links the chosen modules and copies the kernel's own lists. The modules themselves may be 100 MB. */
function stageModules(sys: Sys, plan: Plan, kernelRoot: AbsolutePath, staging: AbsolutePath): void {
  const from = sys.root(kernelRoot);
  const to = sys.root(staging);
  const base = from.resolve(plan.modules.directory);
  for (const name of kernelIndexes) {
    const bytes = from.readBytes(`${plan.modules.directory}/${name}`);
    if (bytes !== undefined) to.write(name, bytes, 0o644);
  }
  for (const module of plan.modules.files) {
    const source = from.resolve(`${plan.modules.directory}/${module.path}`);
    if (source.startsWith(`${base}/`)) {
      to.symlink(`${modulesInSandbox}${source.slice(base.length)}`, module.path);
    } else {
      to.copyIn(source, module.path);
    }
  }
}

function depmodCommand(
  kernelVersion: string,
  { root, modules, indexes }: Readonly<Record<'root' | 'modules' | 'indexes', AbsolutePath>>,
): Command {
  return {
    argv: ['/usr/sbin/depmod', '--basedir', '/tmp/base', kernelVersion],
    purpose: 'Index the kernel modules',
    env: { LANG: 'C.UTF-8' },
    sandbox: {
      root,
      rootWritable: false,
      binds: [
        { source: modules, target: modulesInSandbox, writable: false },
        // kmod is built with one of these two (its configure's --with-module-directory).
        ...['lib', 'usr/lib'].map((directory) => ({
          source: indexes,
          target: `/tmp/base/${directory}/modules/${kernelVersion}`,
          writable: true,
        })),
      ],
      network: false,
      suppressSync: true,
    },
  };
}
