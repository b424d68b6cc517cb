import { LUKS_HEADER_BYTES, parseLuksHeader } from '../formats/luks.ts';
import { parseVerityAlgorithm, VERITY_SUPERBLOCK_BYTES } from '../formats/verity.ts';
import { BuildError } from '../model/errors.ts';
import type { RootFiles, Sys } from '../model/sys.ts';

/** Ciphers and hashes that a device's LUKS header names; `device` is the kernel's name of it. None where there is no header. */
export function luksAlgorithms(
  sys: Pick<Sys, 'open'>,
  root: RootFiles,
  device: string,
): readonly string[] {
  const header = parseLuksHeader(firstBytes(sys, root, device, LUKS_HEADER_BYTES));
  return header === undefined ? [] : [...header.ciphers, ...header.hashes];
}

/** The hash that a device's verity superblock names; none on the data device, or where the superblock is left out or further on. */
export function verityAlgorithms(
  sys: Pick<Sys, 'open'>,
  root: RootFiles,
  device: string,
): readonly string[] {
  const algorithm = parseVerityAlgorithm(firstBytes(sys, root, device, VERITY_SUPERBLOCK_BYTES));
  return algorithm === undefined ? [] : [algorithm];
}

function firstBytes(
  sys: Pick<Sys, 'open'>,
  root: RootFiles,
  device: string,
  length: number,
): Buffer {
  const path = `/dev/${device}`;
  if (root.stat(path) === undefined) return Buffer.alloc(0);
  try {
    const file = sys.open(root.resolve(path));
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
