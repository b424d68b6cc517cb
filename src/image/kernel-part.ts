import { merged } from '../formats/merged-usr.ts';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Entry } from '../model/image.ts';
import type { Plan } from '../model/plan.ts';
import type { FileStat, RootFiles, Sys } from '../model/sys.ts';
import { builtinIndexes, sourceIndexes } from './chosen-indexes.ts';
import { kernelIndexes } from './module-indexes.ts';
import { arrange, treeEntry, type SourcedEntry } from './members.ts';

/**
 * The modules of the plan, their indexes and firmware. Modules and firmware are read where the kernel's package
 * put them; `indexes` is a tree in which depmod has run over the same set. The manifest is in this part because it
 * names them.
 */
export function kernelPart(
  sys: Sys,
  plan: Plan,
  kernelRoot: AbsolutePath,
  indexes: AbsolutePath,
  manifest: Entry,
  mtime: number,
): readonly Entry[] {
  const host = sys.root(kernelRoot);
  const target = `usr/lib/modules/${plan.kernelVersion}`;
  const sources: SourcedEntry[] = [];
  for (const module of plan.modules.files) {
    sources.push(
      content(host, `${plan.modules.directory}/${module.path}`, `${target}/${module.path}`),
    );
  }
  for (const file of plan.firmware.files) {
    sources.push(copied(host, file.value, merged(file.value)));
  }
  for (const entry of indexEntries(sys, indexes, target)) sources.push(entry);
  sources.push({ entry: manifest, from: 'the manifest' });
  return arrange(sources, mtime);
}

/** The files of the kernel's root that this part is made of, and if a link is followed to what it leads to. */
export function kernelFiles({ modules, firmware }: Plan): readonly KernelFile[] {
  const ours = [
    ...[...kernelIndexes, ...builtinIndexes, ...sourceIndexes],
    ...modules.files.map(({ path }) => path),
  ];
  return [modules.directory, ...ours.map((name) => `${modules.directory}/${name}`)]
    .map((path): KernelFile => ({ path, follow: true, names: true }))
    .concat(firmware.files.map(({ value }) => ({ path: value, follow: false, names: true })));
}

/** `names`: a directory counts with what lies in it. */
interface KernelFile {
  readonly path: string;
  readonly follow: boolean;
  readonly names: true;
}

function* indexEntries(sys: Sys, indexes: AbsolutePath, target: string): Generator<SourcedEntry> {
  const tree = sys.root(indexes);
  for (const name of tree.list('/')) {
    // It is depmod alone that reads the order of all of the kernel's modules.
    if (name === 'modules.order' || !name.startsWith('modules.')) continue;
    yield copied(tree, name, `${target}/${name}`);
  }
}

// A module may be a link into another kernel's tree (weak-updates): its content is taken.
function content(root: RootFiles, path: string, target: string): SourcedEntry {
  return sourced(root, path, target, root.stat(path), undefined);
}

function copied(root: RootFiles, path: string, target: string): SourcedEntry {
  return sourced(root, path, target, root.lstat(path), root.readlink.bind(undefined, path));
}

// Owner root whoever unpacked the kernel.
function sourced(
  root: RootFiles,
  path: string,
  target: string,
  stat: FileStat | undefined,
  link: (() => string | undefined) | undefined,
): SourcedEntry {
  const entry =
    stat === undefined
      ? undefined
      : treeEntry(
          {
            ...stat,
            path: target,
            uid: 0,
            gid: 0,
            ...(stat.type === 'symlink' ? { target: link?.() ?? '' } : {}),
          },
          { type: 'file', source: root.resolve(path), size: stat.size },
        );
  if (entry === undefined) {
    throw new BuildError(`Cannot read "${path}" in "${root.path}": the plan names it`, {
      hint: 'Build again; the kernel package may have been changed meanwhile',
    });
  }
  return { entry, from: absolutePath(`${root.path}/${path}`) };
}
