// The kind of an initrd's member, by its first bytes (Linux, lib/decompress.c and init/initramfs.c).

export type MemberKind =
  | 'newc'
  | 'newc-crc'
  | 'odc'
  | 'zstd'
  | 'zstd-skippable'
  | 'xz'
  | 'gzip'
  | 'lz4'
  | 'lz4-frame'
  | 'bzip2'
  | 'lzma'
  | 'lzo';

/** Bytes that `memberKind` wants to see. */
export const MAGIC_LENGTH = 6;

/** Names the format of a member from its first bytes; undefined where no kernel would know it. */
export function memberKind(start: Uint8Array): MemberKind | undefined {
  const hex = Buffer.from(start.subarray(0, MAGIC_LENGTH)).toString('hex');
  return MAGICS.find(([pattern]) => pattern.test(hex))?.[1];
}

const MAGICS: readonly (readonly [RegExp, MemberKind])[] = [
  [/^303730373031/, 'newc'],
  [/^303730373032/, 'newc-crc'],
  [/^303730373037/, 'odc'],
  [/^28b52ffd/, 'zstd'],
  // Sixteen magics; the kernel's decompressor refuses them all.
  [/^5[0-9a-f]2a4d18/, 'zstd-skippable'],
  [/^fd377a585a00/, 'xz'],
  [/^1f8b/, 'gzip'],
  // The kernel knows the legacy frame (`lz4 -l`) only.
  [/^02214c18/, 'lz4'],
  [/^04224d18/, 'lz4-frame'],
  [/^425a68/, 'bzip2'],
  [/^5d0000/, 'lzma'],
  [/^894c5a4f/, 'lzo'],
];
