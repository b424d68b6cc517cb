import { gunzipSync } from 'node:zlib';
import type { ReadAt } from '../formats/read-at.ts';
import { elfBytes, machineOf, readElfHeader } from '../formats/elf-header.ts';
import { readElfSection } from '../formats/elf-section.ts';
import { parseModinfo } from '../formats/modinfo.ts';
import type { AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { ModuleInfo } from '../model/facts.ts';
import type { RootFiles, Sys } from '../model/sys.ts';
import { eachDecompressed } from './decompressed.ts';

/** The `.modinfo` of modules, compressed or not, by path relative to `directory`. */
export async function readModuleInfos(
  sys: Sys,
  root: RootFiles,
  directory: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, ModuleInfo>> {
  const infos = new Map<string, ModuleInfo>();
  const compressed = new Map<AbsolutePath, string[]>();
  for (const path of paths) {
    if (root.stat(`${directory}/${path}`) === undefined) throw stale(directory, path);
    const full = root.resolve(`${directory}/${path}`);
    if (/\.(?:xz|zst)$/.test(full)) compressed.set(full, [...(compressed.get(full) ?? []), path]);
    else infos.set(path, infoOfFile(sys, full));
  }
  await eachDecompressed(sys, [...compressed.keys()], (file, content) => {
    const info = infoOf(file, bytesReader(content));
    for (const path of compressed.get(file) ?? []) infos.set(path, info);
  });
  return infos;
}

function stale(directory: string, path: string): BuildError {
  return new BuildError(
    `Cannot find module "${path}" in "${directory}", where modules.dep has it: the index is older than the modules`,
    { hint: `Run: depmod ${directory.slice(directory.lastIndexOf('/') + 1)}` },
  );
}

function infoOfFile(sys: Sys, path: AbsolutePath): ModuleInfo {
  const file = sys.open(path);
  try {
    const read: ReadAt = (offset, length) => file.read(offset, length);
    return infoOf(path, path.endsWith('.gz') ? gunzipped(path, read(0, file.size)) : read);
  } finally {
    file.close();
  }
}

function gunzipped(path: AbsolutePath, bytes: Buffer): ReadAt {
  try {
    return bytesReader(gunzipSync(bytes));
  } catch (error) {
    throw damaged(path, String(error));
  }
}

function bytesReader(bytes: Buffer): ReadAt {
  return (offset, length) => bytes.subarray(offset, offset + length);
}

function infoOf(path: AbsolutePath, read: ReadAt): ModuleInfo {
  try {
    const section = readElfSection(read, '.modinfo');
    const machine = machineOf(readElfHeader(elfBytes(read)));
    if (section !== undefined) return { ...parseModinfo(section), machine };
  } catch (error) {
    throw damaged(path, error instanceof Error ? error.message : String(error));
  }
  throw damaged(path, 'it has no .modinfo section');
}

function damaged(path: AbsolutePath, why: string): BuildError {
  return new BuildError(`Cannot read module "${path}": ${why}`, {
    hint: 'The file is damaged; reinstall the kernel package',
  });
}
