// Pieces of a machine's /sys, as small as the program can tell them from the real ones.
import type { Tree } from '../helpers/scratch.ts';

export interface Driven {
  readonly modalias?: string;
  readonly driver?: string;
  /** Absent: the driver is built in. */
  readonly module?: string;
  /** Devices below /sys/devices that this one needs to work, as fw_devlink finds them. */
  readonly suppliers?: readonly string[];
}

/** A device at `path` below /sys/devices, on a bus. */
export function device(path: string, bus: string, driven: Driven = {}): Tree {
  const at = `sys/devices/${path}`;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const { modalias, driver, module, suppliers = [] } = driven;
  return {
    [`${at}/subsystem`]: { link: `/sys/bus/${bus}` },
    [`sys/bus/${bus}/devices/${name}`]: { link: `/${at}` },
    ...(modalias === undefined ? {} : { [`${at}/modalias`]: `${modalias}\n` }),
    ...(driver === undefined
      ? {}
      : {
          [`${at}/driver`]: { link: `/sys/bus/${bus}/drivers/${driver}` },
          [`sys/bus/${bus}/drivers/${driver}/bind`]: '',
        }),
    ...(driver === undefined || module === undefined
      ? {}
      : {
          [`sys/bus/${bus}/drivers/${driver}/module`]: { link: `/sys/module/${module}` },
          [`sys/module/${module}/initstate`]: 'live\n',
        }),
    ...Object.fromEntries(
      suppliers.map((supplier) => [
        `${at}/supplier:${supplier.slice(supplier.lastIndexOf('/') + 1)}/supplier`,
        { link: `/sys/devices/${supplier}` },
      ]),
    ),
  };
}

/** A whole disk below a device, with partitions `1`, `2`, … named in the kernel's way. */
export function disk(
  parent: string,
  name: string,
  numbers: readonly [major: number, minor: number],
  partitions = 0,
): Tree {
  const [major, minor] = numbers;
  const path = `${parent}/block/${name}`;
  const parts = Array.from({ length: partitions }, (_, index) => {
    const part = `${name}${/\d$/.test(name) ? 'p' : ''}${index + 1}`;
    return {
      ...block(`${path}/${part}`, [major, minor + index + 1]),
      [`sys/devices/${path}/${part}/partition`]: `${index + 1}\n`,
    };
  });
  return Object.assign({}, block(path, numbers), ...parts);
}

/** A device-mapper or md device on others of these. */
export function stacked(
  name: string,
  numbers: readonly [number, number],
  on: readonly string[],
  attributes: Readonly<Record<string, string>>,
): Tree {
  const path = `virtual/block/${name}`;
  return {
    ...block(path, numbers),
    ...Object.fromEntries(
      on.map((slave) => [
        `sys/devices/${path}/slaves/${slave}`,
        { link: `/sys/class/block/${slave}` },
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(attributes).map(([key, value]) => [
        `sys/devices/${path}/${key}`,
        `${value}\n`,
      ]),
    ),
  };
}

export function block(path: string, [major, minor]: readonly [number, number]): Tree {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return {
    [`sys/devices/${path}/dev`]: `${major}:${minor}\n`,
    [`sys/dev/block/${major}:${minor}`]: { link: `/sys/devices/${path}` },
    [`sys/class/block/${name}`]: { link: `/sys/devices/${path}` },
  };
}

/** /proc/self/mountinfo with these mounts: device number, point, type, source. */
export function mounts(...rows: readonly (readonly [string, string, string, string])[]): Tree {
  return {
    'proc/self/mountinfo': rows
      .map(
        ([number, point, type, source], index) =>
          `${index + 20} 1 ${number} / ${point} rw,relatime shared:1 - ${type} ${source} rw\n`,
      )
      .join(''),
  };
}

export function loaded(...names: readonly string[]): Tree {
  return {
    'proc/modules': names.map((name) => `${name} 16384 0 - Live 0x0\n`).join(''),
  };
}

/** A LUKS2 header as cryptsetup writes it: binary part, then JSON at 4096. */
export function luks2(encryption: string, hash: string, token: string): Buffer {
  const header = Buffer.alloc(16_384);
  header.write('LUKS\u00ba\u00be', 0, 'latin1');
  header.writeUInt16BE(2, 6);
  const json = {
    keyslots: {
      0: { type: 'luks2', area: { type: 'raw', encryption }, af: { type: 'luks1', hash } },
    },
    segments: { 0: { type: 'crypt', encryption, sector_size: 512 } },
    tokens: { 0: { type: token, keyslots: ['0'] } },
    digests: { 0: { type: 'pbkdf2', hash } },
  };
  header.write(JSON.stringify(json), 4096);
  return header;
}

/** The start of a hash device as veritysetup writes it, without UUID and salt. */
export function verity(algorithm: string): Buffer {
  const superblock = Buffer.alloc(512);
  superblock.write('verity\0\0', 0, 'latin1');
  superblock.writeUInt32LE(1, 8);
  superblock.writeUInt32LE(1, 12);
  superblock.write(algorithm, 32, 'latin1');
  superblock.writeUInt32LE(4096, 64);
  superblock.writeUInt32LE(4096, 68);
  return superblock;
}
