import type { Fetched } from '../driver.ts';

/** Bytes of the archives' files twice, since an archive may be decompressed before it is unpacked. */
export function unpackedBytes({ archives }: Pick<Fetched, 'archives'>): number {
  return archives.reduce(
    (sum, { size, unpackedSize, origin }) =>
      sum + 2 * (unpackedSize ?? size * (origin === 'installed' ? 1 : mostRatio)),
    0,
  );
}

// Programs and libraries come to a quarter or a third.
const mostRatio = 8;
