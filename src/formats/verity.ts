// The superblock of a dm-verity hash device, as veritysetup(8) writes it (cryptsetup's "DMVerity" on-disk format).

/** Bytes from the start of the hash device that hold the superblock. */
export const VERITY_SUPERBLOCK_BYTES = 512;

/** The hash as the kernel names it, for example `sha256`; undefined where the bytes are no superblock of version 1. */
export function parseVerityAlgorithm(bytes: Buffer): string | undefined {
  if (bytes.length < VERITY_SUPERBLOCK_BYTES) return undefined;
  if (bytes.toString('latin1', 0, 8) !== 'verity\0\0' || bytes.readUInt32LE(8) !== 1) {
    return undefined;
  }
  // Before it: type of the hash tree and UUID. After it: sizes and salt, which need no module.
  const algorithm = bytes.toString('latin1', 32, 64).replace(/\0.*$/s, '');
  return algorithm === '' ? undefined : algorithm;
}
