// The table by which a firmware that has booted from an iSCSI disk tells the system which one it was (iSCSI Boot Firmware Table,
// drivers/firmware/iscsi_ibft.c of the kernel), without the header that all tables of ACPI have.

export interface FirmwareDisk {
  readonly initiator: string;
  readonly target: string;
  readonly lun: number;
  readonly server: string;
  readonly port: number;
  /** The card's own address, its network's prefix, and its place on the first PCI bus. */
  readonly address: string;
  readonly prefix: number;
  readonly slot: number;
  readonly mac: readonly number[];
}

export function firmwareTable(disk: FirmwareDisk): Buffer {
  const names = [disk.initiator, disk.target].map((name) => Buffer.from(`${name}\0`));
  const starts = places.map((_, index) => headerSize + sum(places.slice(0, index)));
  const [, initiatorAt = 0, cardAt = 0, targetAt = 0, heap = 0] = starts;
  const [own = Buffer.alloc(0), other = Buffer.alloc(0)] = names;
  return Buffer.concat([
    Buffer.alloc(headerSize - acpiHeader),
    structure(1, [u16(0), u16(initiatorAt), u16(cardAt), u16(targetAt), u16(0), u16(0)]),
    structure(2, [Buffer.alloc(64), text(own, heap)]),
    structure(3, [
      ...[ip(disk.address), u8(disk.prefix), u8(1), ip(disk.server), Buffer.alloc(48)],
      ...[u16(0), Buffer.from(disk.mac), u16(disk.slot << 3), u16(0), u16(0)],
    ]),
    structure(4, [
      ...[ip(disk.server), u16(disk.port), Buffer.from([0, disk.lun, 0, 0, 0, 0, 0, 0])],
      ...[u8(0), u8(0), text(other, heap + own.length), Buffer.alloc(16)],
    ]),
    ...names,
  ]);
}

const acpiHeader = 36;
const headerSize = 48;
/** Sizes of the structures, and the place behind them. */
const places = [18, 74, 102, 54, 0];

function structure(id: number, fields: readonly Buffer[]): Buffer {
  const body = Buffer.concat(fields);
  // Valid, and what was booted from.
  return Buffer.concat([u8(id), u8(1), u16(body.length + 6), u8(0), u8(3), body]);
}

function text(name: Buffer, at: number): Buffer {
  return Buffer.concat([u16(name.length - 1), u16(at)]);
}

function ip(address: string): Buffer {
  const mapped = Buffer.from([0xff, 0xff, ...address.split('.').map(Number)]);
  return Buffer.concat([Buffer.alloc(10), mapped]);
}

function u8(value: number): Buffer {
  return Buffer.from([value]);
}

function u16(value: number): Buffer {
  return Buffer.from([value & 0xff, value >> 8]);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
