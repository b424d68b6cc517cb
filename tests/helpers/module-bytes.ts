/** The smallest ELF64 relocatable file with a `.modinfo` section, as a kernel module has it. */
export function moduleBytes(fields: readonly string[]): Buffer {
  const modinfo = Buffer.from(fields.map((field) => `${field}\0`).join(''));
  const names = Buffer.from('\0.modinfo\0.shstrtab\0');
  const header = Buffer.alloc(64);
  const sections = Buffer.alloc(3 * 64);
  const modinfoAt = header.length;
  const namesAt = modinfoAt + modinfo.length;
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header.writeUInt16LE(1, 16); // ET_REL
  header.writeUInt16LE(62, 18); // EM_X86_64
  header.writeUInt32LE(1, 20);
  header.writeBigUInt64LE(BigInt(namesAt + names.length), 40);
  header.writeUInt16LE(64, 52);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(3, 60);
  header.writeUInt16LE(2, 62);
  writeSection(sections, 1, { name: 1, type: 1, offset: modinfoAt, size: modinfo.length });
  writeSection(sections, 2, { name: 10, type: 3, offset: namesAt, size: names.length });
  return Buffer.concat([header, modinfo, names, sections]);
}

function writeSection(
  table: Buffer,
  index: number,
  section: { name: number; type: number; offset: number; size: number },
): void {
  const at = index * 64;
  table.writeUInt32LE(section.name, at);
  table.writeUInt32LE(section.type, at + 4);
  table.writeBigUInt64LE(BigInt(section.offset), at + 24);
  table.writeBigUInt64LE(BigInt(section.size), at + 32);
}
