import { LUKS_HEADER_BYTES, parseLuksHeader } from '../formats/luks.ts';
import { parseVerityAlgorithm, VERITY_SUPERBLOCK_BYTES } from '../formats/verity.ts';
import { BuildError } from '../model/errors.ts';
import type { RootFiles, Sys } from '../model/sys.ts';

export interface DiskHeader {
  /** Ciphers and hashes. */
  readonly algorithms: readonly string[];
  /** Types of LUKS2 tokens. */
  readonly tokens: readonly string[];
}

const nothing: DiskHeader = { algorithms: [], tokens: [] };

/** Algorithms and tokens that a device's LUKS header names; `device` is the kernel's name of it. Nothing where there is no header. */
export function readLuksHeader(
  sys: Pick<Sys, 'openDisk'>,
  root: RootFiles,
  device: string,
): DiskHeader {
  const header = parseLuksHeader(firstBytes(sys, root, device, LUKS_HEADER_BYTES));
  if (header === undefined) return nothing;
  return { algorithms: [...header.ciphers, ...header.hashes], tokens: header.tokens };
}

/** The hash of a device's verity superblock; nothing on the data device, or where it is left out or further on. */
export function readVeritySuperblock(
  sys: Pick<Sys, 'openDisk'>,
  root: RootFiles,
  device: string,
): DiskHeader {
  const algorithm = parseVerityAlgorithm(firstBytes(sys, root, device, VERITY_SUPERBLOCK_BYTES));
  return algorithm === undefined ? nothing : { ...nothing, algorithms: [algorithm] };
}

function firstBytes(
  sys: Pick<Sys, 'openDisk'>,
  root: RootFiles,
  device: string,
  length: number,
): Buffer {
  const path = `/dev/${device}`;
  if (root.stat(path) === undefined) return Buffer.alloc(0);
  try {
    const file = sys.openDisk(root.resolve(path));
    try {
      return file.read(0, length);
    } finally {
      file.close();
    }
  } catch (error) {
    // Not root, or an empty device: the drop-ins' list of ciphers has to do.
    if (error instanceof BuildError) return Buffer.alloc(0);
    throw error;
  }
}
