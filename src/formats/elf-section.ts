// A section of an ELF file by its name: kernel modules have sections only, no program headers.
import { BuildError } from '../model/errors.ts';
import { elfBytes, readElfHeader, type ElfBytes, type ElfHeader } from './elf-header.ts';
import type { ReadAt } from './read-at.ts';

/**
 * The content of the first section of that name, undefined where there is none.
 * @throws BuildError for what is no ELF file or is cut off
 */
export function readElfSection(read: ReadAt, name: string): Buffer | undefined {
  const file = elfBytes(read);
  const header = readElfHeader(file);
  const { count, entrySize, offset } = header.sectionHeaders;
  if (count === 0 || header.nameSection === 0) return undefined;
  if (entrySize < (header.bits === 64 ? 64 : 40) || count * entrySize > SIZE_MAX) {
    throw new BuildError(`Cannot read ELF file: ${count} section headers of ${entrySize} bytes`);
  }
  // One read for the whole table, which is what makes reading thousands of modules fast.
  const table = file.bytes(offset, count * entrySize);
  const inTable = elfBytes((at, length) => table.subarray(at, at + length));
  const names = sectionAt(inTable, header, header.nameSection);
  const nameTable = file.bytes(names.offset, checkedSize('.shstrtab', names.size));
  const wanted = Buffer.from(`${name}\0`);
  for (let index = 0; index < count; index++) {
    const section = sectionAt(inTable, header, index);
    // Only so many bytes are looked at: names of a damaged table can all reach to its end.
    const end = section.name + wanted.length;
    if (!nameTable.subarray(section.name, end).equals(wanted)) continue;
    if (section.type === SHT_NOBITS) return Buffer.alloc(0);
    return file.bytes(section.offset, checkedSize(name, section.size));
  }
  return undefined;
}

const SHT_NOBITS = 8;
const SIZE_MAX = 16 << 20;

interface Section {
  readonly name: number;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

function sectionAt(table: ElfBytes, header: ElfHeader, index: number): Section {
  const at = index * header.sectionHeaders.entrySize;
  const wide = header.bits === 64;
  return {
    name: table.u32(at, header.endian),
    type: table.u32(at + 4, header.endian),
    offset: table.word(at + (wide ? 24 : 16), header),
    size: table.word(at + (wide ? 32 : 20), header),
  };
}

function checkedSize(name: string, size: number): number {
  if (size <= SIZE_MAX) return size;
  throw new BuildError(`Cannot read ELF file: section "${name}" claims ${size} bytes`);
}
