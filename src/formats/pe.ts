// The sections of a PE file for EFI (Microsoft, "PE Format"; UAPI.5, "Unified Kernel Image").
import type { ReadAt } from './read-at.ts';

export interface PeSection {
  readonly name: string;
  /** Bytes from the file's start. */
  readonly offset: number;
  /** Bytes of the content, padding not counted. */
  readonly size: number;
}

/** The sections in the order of their headers; undefined where the file is no PE. */
export function peSections(read: ReadAt): readonly PeSection[] | undefined {
  const start = read(0, 64);
  if (start.length < 64 || start.toString('latin1', 0, 2) !== 'MZ') return undefined;
  const header = start.readUInt32LE(0x3c);
  const coff = read(header, 24);
  if (coff.length < 24 || coff.toString('latin1', 0, 4) !== 'PE\0\0') return undefined;
  const count = coff.readUInt16LE(6);
  const table = read(header + 24 + coff.readUInt16LE(20), count * rowBytes);
  return Array.from({ length: Math.floor(table.length / rowBytes) }, (_, index) =>
    section(table.subarray(index * rowBytes, (index + 1) * rowBytes)),
  );
}

const rowBytes = 40;

function section(row: Buffer): PeSection {
  const name = row.toString('latin1', 0, 8).replace(/\0.*$/s, '');
  const [virtualSize, rawSize] = [row.readUInt32LE(8), row.readUInt32LE(16)];
  // The raw size is rounded up to the file's alignment.
  const size = virtualSize === 0 ? rawSize : Math.min(virtualSize, rawSize);
  return { name, offset: row.readUInt32LE(20), size };
}
