// ELF files of either class and byte order (System V gABI; elf(5)), as far as loading them goes.
import { BuildError } from '../model/errors.ts';
import { parseDlopenNotes, type DlopenDependency } from './dlopen-note.ts';
import { elfBytes, readElfHeader, type ElfBytes, type ElfHeader } from './elf-header.ts';
import type { ReadAt } from './read-at.ts';

/** The other files that an ELF file needs in order to run. */
export interface ElfFacts {
  readonly bits: 32 | 64;
  readonly endian: 'little' | 'big';
  /** e_machine: 62 is x86-64, 183 AArch64. */
  readonly machine: number;
  /** e_type: 1 relocatable, 2 executable, 3 shared object or position-independent executable. */
  readonly type: number;
  readonly interpreter: string | undefined;
  readonly needed: readonly string[];
  readonly soname: string | undefined;
  /** Directories as they stand, `$ORIGIN` and the like not expanded. */
  readonly rpath: readonly string[];
  readonly runpath: readonly string[];
  readonly dlopen: readonly DlopenDependency[];
  /** The bytes of the file up to the end of what is loaded of it: fewer and it was cut off. */
  readonly loadedBytes: number;
}

/** True where a file that starts so is meant as ELF. */
export function isElf(start: Uint8Array): boolean {
  return start[0] === 0x7f && start[1] === 0x45 && start[2] === 0x4c && start[3] === 0x46;
}

/**
 * Reads the program headers and what they lead to, as the kernel and ld.so do; section headers, which may be
 * stripped, serve only to find `.note.dlopen`. `read` answers with fewer bytes at the end of the file.
 * @throws BuildError for what is no ELF file, cut off or contradicts itself
 */
export function readElf(read: ReadAt): ElfFacts {
  const file = elfBytes(read);
  const header = readElfHeader(file);
  const segments = readSegments(file, header);
  const interpreter = segments.find(({ type, size }) => type === PT_INTERP && size > 0);
  const dynamic = readDynamic(file, header, segments);
  return {
    bits: header.bits,
    endian: header.endian,
    machine: header.machine,
    type: header.type,
    interpreter:
      interpreter === undefined
        ? undefined
        : untilNul(file.bytes(interpreter.offset, limited('interpreter', interpreter.size, 4096))),
    ...dynamic,
    dlopen: readDlopen(file, header, segments),
    loadedBytes: Math.max(
      0,
      ...segments.flatMap(({ type, offset, size }) => (type === PT_LOAD ? [offset + size] : [])),
    ),
  };
}

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const PT_NOTE = 4;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

function readSegments(file: ElfBytes, header: ElfHeader): Segment[] {
  const { offset, count, entrySize } = header.programHeaders;
  if (count === 0) return [];
  const wide = header.bits === 64;
  if (entrySize < (wide ? 56 : 32)) {
    throw new BuildError(`Cannot read ELF file: program headers of ${entrySize} bytes`);
  }
  return Array.from({ length: count }, (_, index) => {
    const at = offset + index * entrySize;
    return {
      type: file.u32(at, header.endian),
      offset: file.word(at + (wide ? 8 : 4), header),
      address: file.word(at + (wide ? 16 : 8), header),
      size: file.word(at + (wide ? 32 : 16), header),
    };
  });
}

function readDlopen(
  file: ElfBytes,
  header: ElfHeader,
  segments: readonly Segment[],
): DlopenDependency[] {
  const notes = segments.filter(({ type }) => type === PT_NOTE);
  // The limit holds for all segments together: thousands of them can name the same bytes.
  const total = notes.reduce((sum, { size }) => sum + size, 0);
  limited('note segments', total, 1 << 20);
  return notes.flatMap(({ offset, size }) =>
    parseDlopenNotes(file.bytes(offset, size), header.endian),
  );
}

type DynamicFacts = Pick<ElfFacts, 'needed' | 'soname' | 'rpath' | 'runpath'>;

const DT_NULL = 0;
const DT_NEEDED = 1;
const DT_STRTAB = 5;
const DT_SONAME = 14;
const DT_RPATH = 15;
const DT_RUNPATH = 29;

function readDynamic(
  file: ElfBytes,
  header: ElfHeader,
  segments: readonly Segment[],
): DynamicFacts {
  const segment = segments.find(({ type, size }) => type === PT_DYNAMIC && size > 0);
  if (segment === undefined) return { needed: [], soname: undefined, rpath: [], runpath: [] };
  const width = header.bits / 8;
  const entries: { tag: number; value: number }[] = [];
  const end = segment.offset + limited('dynamic segment', segment.size, 1 << 20);
  for (let at = segment.offset; at + 2 * width <= end; at += 2 * width) {
    const tag = file.word(at, header);
    if (tag === DT_NULL) break;
    entries.push({ tag, value: file.word(at + width, header) });
  }
  const table = entries.find(({ tag }) => tag === DT_STRTAB);
  // Detached debug files keep the headers without the content.
  if (table === undefined) return { needed: [], soname: undefined, rpath: [], runpath: [] };
  const strings = fileOffset(table.value, segments);
  const values = (wanted: number): string[] =>
    entries.filter(({ tag }) => tag === wanted).map(({ value }) => file.text(strings + value));
  return {
    needed: values(DT_NEEDED),
    soname: values(DT_SONAME)[0],
    rpath: values(DT_RPATH).flatMap(directories),
    runpath: values(DT_RUNPATH).flatMap(directories),
  };
}

/** Where in the file the byte lies that is loaded to an address. */
function fileOffset(address: number, segments: readonly Segment[]): number {
  const holder = segments.find(
    (segment) =>
      segment.type === PT_LOAD &&
      address >= segment.address &&
      address < segment.address + segment.size,
  );
  if (holder === undefined) {
    throw new BuildError('Cannot read ELF file: no segment holds its dynamic string table');
  }
  return address - holder.address + holder.offset;
}

function directories(path: string): string[] {
  return path.split(':').filter((directory) => directory !== '');
}

function limited(what: string, size: number, limit: number): number {
  if (size <= limit) return size;
  throw new BuildError(`Cannot read ELF file: ${what} of ${size} bytes, at most ${limit} expected`);
}

function untilNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end);
}
