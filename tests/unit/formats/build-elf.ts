// Makes small ELF files for tests, of either class and byte order. Written apart from the reader it tests.

export interface ElfRecipe {
  readonly bits?: 32 | 64;
  readonly endian?: 'little' | 'big';
  readonly machine?: number;
  readonly type?: number;
  readonly interpreter?: string;
  readonly needed?: readonly string[];
  readonly soname?: string;
  readonly rpath?: string;
  readonly runpath?: string;
  /** Texts of FDO notes of type 0x407c0c0a. */
  readonly dlopen?: readonly string[];
  readonly sections?: Readonly<Record<string, Uint8Array>>;
}

export function buildElf(recipe: ElfRecipe = {}): Buffer {
  const { bits = 64, endian = 'little', machine = 62, type = 3 } = recipe;
  const wide = bits === 64;
  const number = (value: number, bytes: number): Buffer => {
    const digits = BigInt(value)
      .toString(16)
      .padStart(2 * bytes, '0');
    const field = Buffer.from(digits, 'hex');
    if (endian === 'little') field.reverse();
    return field;
  };
  const half = (value: number): Buffer => number(value, 2);
  const word = (value: number): Buffer => number(value, 4);
  const address = (value: number): Buffer => number(value, bits / 8);

  const headerSize = wide ? 64 : 52;
  const programSize = wide ? 56 : 32;
  const sectionSize = wide ? 64 : 40;
  const isDynamic = recipe.needed !== undefined || recipe.soname !== undefined;
  const programs =
    1 +
    Number(isDynamic) +
    Number(recipe.interpreter !== undefined) +
    Number(recipe.dlopen !== undefined);
  const blobs: Buffer[] = [];
  let at = headerSize + programs * programSize;
  const place = (bytes: Buffer): { offset: number; size: number } => {
    const padding = Buffer.alloc((8 - (at % 8)) % 8);
    const offset = at + padding.length;
    blobs.push(padding, bytes);
    at = offset + bytes.length;
    return { offset, size: bytes.length };
  };
  // Loaded away from where it lies in the file, so that an address taken for an offset shows.
  const base = 0x10000;
  const segments: { type: number; offset: number; size: number }[] = [];

  if (isDynamic) {
    let strings = '\0';
    const string = (text: string): number => {
      const offset = strings.length;
      strings += `${text}\0`;
      return offset;
    };
    const entries = [
      ...(recipe.needed ?? []).map((name): [number, number] => [1, string(name)]),
      ...(recipe.soname === undefined ? [] : [[14, string(recipe.soname)] as const]),
      ...(recipe.rpath === undefined ? [] : [[15, string(recipe.rpath)] as const]),
      ...(recipe.runpath === undefined ? [] : [[29, string(recipe.runpath)] as const]),
    ];
    const table = place(Buffer.from(strings));
    entries.push([5, base + table.offset], [0, 0]);
    const dynamic = Buffer.concat(
      entries.flatMap(([tag, value]) => [address(tag), address(value)]),
    );
    segments.push({ type: 2, ...place(dynamic) });
  }
  if (recipe.interpreter !== undefined) {
    segments.push({ type: 3, ...place(Buffer.from(`${recipe.interpreter}\0`)) });
  }
  if (recipe.dlopen !== undefined) {
    const notes = [
      ['GNU\0', 3, 'build-id'] as const,
      ...recipe.dlopen.map((text) => ['FDO\0', 0x407c0c0a, `${text}\0`] as const),
    ];
    const note = Buffer.concat(
      notes.flatMap(([owner, kind, text]) => {
        const description = Buffer.from(text);
        const padding = Buffer.alloc((4 - (description.length % 4)) % 4);
        return [
          word(4),
          word(description.length),
          word(kind),
          Buffer.from(owner),
          description,
          padding,
        ];
      }),
    );
    segments.push({ type: 4, ...place(note) });
  }
  const sections = Object.entries(recipe.sections ?? {}).map(([name, bytes]) => ({
    name,
    ...place(Buffer.from(bytes)),
  }));
  let names = '\0';
  const nameOffsets = [...sections.map(({ name }) => name), '.shstrtab'].map((name) => {
    const offset = names.length;
    names += `${name}\0`;
    return offset;
  });
  const nameTable = place(Buffer.from(names));
  const sectionHeader = (name: number, kind: number, offset: number, size: number): Buffer =>
    Buffer.concat([
      word(name),
      word(kind),
      address(0),
      address(0),
      address(offset),
      address(size),
      word(0),
      word(0),
      address(1),
      address(0),
    ]);
  const headers = Buffer.concat([
    Buffer.alloc(sectionSize),
    ...sections.map(({ offset, size }, index) =>
      sectionHeader(nameOffsets[index] ?? 0, 1, offset, size),
    ),
    sectionHeader(nameOffsets.at(-1) ?? 0, 3, nameTable.offset, nameTable.size),
  ]);
  const sectionTable = place(headers);

  const program = (kind: number, offset: number, size: number): Buffer =>
    wide
      ? Buffer.concat([
          word(kind),
          word(4),
          address(offset),
          address(base + offset),
          address(0),
          address(size),
          address(size),
          address(8),
        ])
      : Buffer.concat([
          word(kind),
          address(offset),
          address(base + offset),
          address(0),
          address(size),
          address(size),
          word(4),
          address(8),
        ]);
  const header = Buffer.concat([
    Buffer.from([
      0x7f,
      0x45,
      0x4c,
      0x46,
      wide ? 2 : 1,
      endian === 'little' ? 1 : 2,
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    ]),
    half(type),
    half(machine),
    word(1),
    address(0),
    address(headerSize),
    address(sectionTable.offset),
    word(0),
    half(headerSize),
    half(programSize),
    half(programs),
    half(sectionSize),
    half(sections.length + 2),
    half(sections.length + 1),
  ]);
  return Buffer.concat([
    header,
    program(1, 0, at),
    ...segments.map((segment) => program(segment.type, segment.offset, segment.size)),
    ...blobs,
  ]);
}

/** `.modinfo` content. */
export function modinfoSection(fields: readonly string[]): Buffer {
  return Buffer.from(fields.map((field) => `${field}\0`).join(''));
}
