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

const peHeader = 64;
const directories = 16;
// 112 bytes of PE32+ fields, then eight for each data directory.
const optionalSize = 112 + directories * 8;
const sections = ['.osrel', '.linux'];
const contentSize = 64;
