import { gunzipSync } from 'node:zlib';
import { readElfSection } from '../formats/elf-section.ts';
import { parseModinfo } from '../formats/modinfo.ts';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { ModuleInfo } from '../model/facts.ts';
import type { RootFiles, Sys } from '../model/sys.ts';

// A program per file would take seconds, one for all of them a moment; two keep both cores of a small machine busy.
const processes = 2;

/**
 * The `.modinfo` of modules, by path relative to `directory`. Compressed modules are unpacked into a directory
 * below `scratch` first, which is removed again.
 */
export async function readModuleInfos(
  sys: Sys,
  root: RootFiles,
  directory: string,
  paths: readonly string[],
  scratch: AbsolutePath,
): Promise<ReadonlyMap<string, ModuleInfo>> {
  const unpacked = await unpack(sys, root, directory, paths, absolutePath(`${scratch}/modules`));
  const infos = new Map<string, ModuleInfo>();
  for (const path of paths) {
    const full = `${directory}/${path}`;
    infos.set(
      path,
      path.endsWith('.gz')
        ? infoOfBytes(full, gunzipSync(root.readBytes(full) ?? Buffer.alloc(0)))
        : infoOfFile(sys, unpacked.get(path) ?? root.resolve(full)),
    );
  }
  sys.root(scratch).remove('modules');
  return infos;
}

async function unpack(
  sys: Sys,
  root: RootFiles,
  directory: string,
  paths: readonly string[],
  into: AbsolutePath,
): Promise<ReadonlyMap<string, AbsolutePath>> {
  const staging = sys.root(into);
  const unpacked = new Map<string, AbsolutePath>();
  const links = { xz: [] as string[], zst: [] as string[] };
  for (const [index, path] of paths.entries()) {
    const suffix = /\.ko\.(xz|zst)$/.exec(path)?.[1];
    if (suffix !== 'xz' && suffix !== 'zst') continue;
    const name = `${index}.ko`;
    staging.symlink(root.resolve(`${directory}/${path}`), `${name}.${suffix}`);
    links[suffix].push(`${into}/${name}.${suffix}`);
    unpacked.set(path, absolutePath(`${into}/${name}`));
  }
  const run = (
    argv: readonly [string, ...string[]],
    files: readonly string[],
  ): Promise<unknown>[] =>
    halves(files).map((half) =>
      sys.run({ argv: [...argv, ...half], purpose: 'Unpack kernel modules' }),
    );
  await Promise.all([
    ...run(['xz', '--decompress', '--keep', '--force', '--quiet', '--threads=1'], links.xz),
    ...run(['zstd', '--decompress', '--keep', '--force', '--quiet'], links.zst),
  ]);
  return unpacked;
}

function halves(files: readonly string[]): readonly (readonly string[])[] {
  const size = Math.ceil(files.length / processes);
  return [files.slice(0, size), files.slice(size)].filter((half) => half.length > 0);
}

function infoOfFile(sys: Sys, path: AbsolutePath): ModuleInfo {
  const file = sys.open(path);
  try {
    return parsed(
      path,
      readElfSection((offset, length) => file.read(offset, length), '.modinfo'),
    );
  } finally {
    file.close();
  }
}

function infoOfBytes(path: string, bytes: Buffer): ModuleInfo {
  const read = (offset: number, length: number): Buffer => bytes.subarray(offset, offset + length);
  return parsed(path, readElfSection(read, '.modinfo'));
}

function parsed(path: string, section: Buffer | undefined): ModuleInfo {
  if (section !== undefined) return parseModinfo(section);
  throw new BuildError(`Cannot read module "${path}": it has no .modinfo section`, {
    hint: 'The file is damaged; reinstall the kernel package',
  });
}
