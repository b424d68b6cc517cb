// The first bytes of an ELF file, and bounds-checked reading of the rest (System V gABI, chapter 4).
import { BuildError } from '../model/errors.ts';
import type { ReadAt } from './read-at.ts';

export interface ElfHeader {
  readonly bits: 32 | 64;
  readonly endian: 'little' | 'big';
  readonly type: number;
  readonly machine: number;
  readonly programHeaders: Table;
  readonly sectionHeaders: Table;
  /** Index of the section that holds the sections' names; 0: none. */
  readonly nameSection: number;
}

interface Table {
  readonly offset: number;
  readonly entrySize: number;
  readonly count: number;
}

/** The kind of processor that a file is for, e_machine and bits: `62/64` is x86-64. */
export function machineOf({ machine, bits }: Pick<ElfHeader, 'machine' | 'bits'>): string {
  return `${machine}/${bits}`;
}

type Endian = ElfHeader['endian'];
type Format = Pick<ElfHeader, 'bits' | 'endian'>;

/** Reads that never run beyond the end: each throws BuildError there. */
export interface ElfBytes {
  bytes(offset: number, length: number): Buffer;
  u16(offset: number, endian: Endian): number;
  u32(offset: number, endian: Endian): number;
  /** An address, offset or size: 4 or 8 bytes by the file's class. */
  word(offset: number, format: Format): number;
  /** A NUL-ended string. */
  text(offset: number): string;
}

export function elfBytes(rawRead: ReadAt): ElfBytes {
  // Garbage can name any offset; beyond what a file can have, nothing is there and nothing is asked for.
  const read: ReadAt = (offset, length) =>
    offset < OFFSET_MAX ? rawRead(offset, length) : Buffer.alloc(0);
  const bytes = (offset: number, length: number): Buffer => {
    const found = read(offset, length);
    if (found.length === length) return found;
    throw new BuildError(
      `Cannot read ELF file: wanted ${length} bytes at offset ${offset}, found ${found.length}`,
    );
  };
  const u32 = (offset: number, endian: Endian): number =>
    endian === 'little' ? bytes(offset, 4).readUInt32LE(0) : bytes(offset, 4).readUInt32BE(0);
  return {
    bytes,
    u32,
    u16: (offset, endian) =>
      endian === 'little' ? bytes(offset, 2).readUInt16LE(0) : bytes(offset, 2).readUInt16BE(0),
    word: (offset, { bits, endian }) => {
      if (bits === 32) return u32(offset, endian);
      const field = bytes(offset, 8);
      return Number(endian === 'little' ? field.readBigUInt64LE(0) : field.readBigUInt64BE(0));
    },
    text: (offset) => {
      const found = read(offset, STRING_MAX);
      const end = found.indexOf(0);
      if (end === -1) throw new BuildError(`Cannot read ELF file: no string at offset ${offset}`);
      return found.toString('utf8', 0, end);
    },
  };
}

/** @throws BuildError where the file is no ELF file of a known class */
export function readElfHeader(file: ElfBytes): ElfHeader {
  const identity = file.bytes(0, 16);
  if (identity.toString('latin1', 0, 4) !== '\x7fELF') {
    throw new BuildError('Cannot read ELF file: it does not start with the ELF magic');
  }
  const bits = CLASSES[identity[4] ?? 0];
  const endian = ENDIANS[identity[5] ?? 0];
  if (bits === undefined || endian === undefined) {
    throw new BuildError(
      `Cannot read ELF file: class ${identity[4]} and byte order ${identity[5]}, wanted 1 or 2 each`,
    );
  }
  const format = { bits, endian };
  const wide = bits === 64;
  const sections = file.word(wide ? 40 : 32, format);
  const sizes = wide ? 54 : 42;
  const [programSize, programs, sectionSize, sectionCount, nameSection] = [0, 2, 4, 6, 8].map(
    (at) => file.u16(sizes + at, endian),
  );
  return {
    ...format,
    type: file.u16(16, endian),
    machine: file.u16(18, endian),
    programHeaders: {
      offset: file.word(wide ? 32 : 28, format),
      entrySize: programSize ?? 0,
      count: programs ?? 0,
    },
    sectionHeaders: {
      offset: sections,
      entrySize: sectionSize ?? 0,
      // Counts of 0xff00 and more are kept in the first section header.
      count:
        sectionCount === 0 && sections !== 0
          ? file.word(sections + (wide ? 32 : 20), format)
          : (sectionCount ?? 0),
    },
    nameSection:
      nameSection === SHN_XINDEX
        ? file.u32(sections + (wide ? 40 : 24), endian)
        : (nameSection ?? 0),
  };
}

const CLASSES: Readonly<Record<number, 32 | 64>> = { 1: 32, 2: 64 };
const ENDIANS: Readonly<Record<number, Endian>> = { 1: 'little', 2: 'big' };
const SHN_XINDEX = 0xffff;
const OFFSET_MAX = 2 ** 48;
/** Longer than any path. */
const STRING_MAX = 4097;
