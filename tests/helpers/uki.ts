/**
 * The least that kernel-install takes for a UKI: a PE file for EFI with the sections .osrel and .linux
 * (systemd src/shared/pe-binary.c, pe_is_uki).
 */
export function smallUki(): Buffer {
  const image = Buffer.alloc(1024);
  image.write('MZ', 0);
  image.writeUInt32LE(peHeader, 0x3c);
  image.write('PE\0\0', peHeader);
  image.writeUInt16LE(0x8664, peHeader + 4);
  image.writeUInt16LE(sections.length, peHeader + 6);
  image.writeUInt16LE(optionalSize, peHeader + 20);

  const optional = peHeader + 24;
  image.writeUInt16LE(0x20b, optional);
  // Subsystem: EFI application.
  image.writeUInt16LE(10, optional + 68);
  image.writeUInt32LE(directories, optional + 108);

  for (const [index, name] of sections.entries()) {
    const header = optional + optionalSize + index * 40;
    image.write(name, header);
    image.writeUInt32LE(contentSize, header + 8);
    image.writeUInt32LE(contentSize, header + 16);
    image.writeUInt32LE(512 + index * contentSize, header + 20);
  }
  return image;
}

/** A PE file with these sections, contents and all. */
export function ukiOf(contents: readonly (readonly [name: string, content: Buffer])[]): Buffer {
  const table = optionalSize + peHeader + 24;
  const head = Buffer.alloc(Math.ceil((table + contents.length * 40) / 512) * 512);
  smallUki().copy(head, 0, 0, table);
  head.writeUInt16LE(contents.length, peHeader + 6);
  const bodies: Buffer[] = [];
  let offset = head.length;
  for (const [index, [name, content]] of contents.entries()) {
    const padded = Buffer.concat([content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
    const row = table + index * 40;
    head.fill(0, row, row + 40).write(name, row);
    head.writeUInt32LE(content.length, row + 8);
    head.writeUInt32LE(padded.length, row + 16);
    head.writeUInt32LE(offset, row + 20);
    bodies.push(padded);
    offset += padded.length;
  }
  return Buffer.concat([head, ...bodies]);
}

const peHeader = 64;
const directories = 16;
// 112 bytes of PE32+ fields, then eight for each data directory.
const optionalSize = 112 + directories * 8;
const sections = ['.osrel', '.linux'];
const contentSize = 64;
