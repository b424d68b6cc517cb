// A disk as firmware finds it: GPT, the ESP, a partition for GRUB of the BIOS, file systems made of trees. Needs no loop device.
import {
  closeSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { run, runOk } from './run.ts';

export interface Partition {
  readonly type: 'ESP' | 'BIOS boot' | 'Linux';
  /** What lies in it; for `BIOS boot` GRUB's core image. */
  readonly content: string;
  /** Of an ext4 file system. */
  readonly uuid?: string;
  readonly label?: string;
  /** MiB besides its contents; 32 by default. */
  readonly free?: number;
}

export interface PartitionedDisk {
  readonly directory: string;
  readonly partitions: readonly Partition[];
  /** GRUB's boot.img, where the BIOS is to find it. */
  readonly bootSector?: string;
}

const MiB = 2 ** 20;
const sector = 512;
const types = {
  ESP: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
  'BIOS boot': '21686148-6449-6E6F-744E-656564454649',
  Linux: '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
} as const;

/** Makes it, and returns its path. */
export async function partitionedDisk(disk: PartitionedDisk): Promise<string> {
  const path = join(disk.directory, 'disk.img');
  const images: { readonly image: string; readonly start: number; readonly row: string }[] = [];
  let start = 1;
  for (const [index, partition] of disk.partitions.entries()) {
    const image = await contentImage(disk.directory, `part${index + 1}`, partition);
    const size = Math.ceil(statSync(image).size / MiB);
    images.push({
      image,
      start,
      row: `start=${start}MiB, size=${size}MiB, type=${types[partition.type]}`,
    });
    start += size;
  }
  await runOk(['truncate', '-s', `${start + 2}M`, path]);
  const table = ['label: gpt', ...images.map(({ row }) => row), ''].join('\n');
  writeFileSync(`${path}.table`, table);
  await runOk(['sh', '-c', 'sfdisk -q "$1" <"$1.table"', 'sh', path]);
  for (const { image, start: at } of images) {
    await runOk([
      'dd',
      `if=${image}`,
      `of=${path}`,
      'bs=1M',
      `seek=${at}`,
      'conv=notrunc,sparse',
      'status=none',
    ]);
  }
  const core = disk.partitions.findIndex(({ type }) => type === 'BIOS boot');
  if (disk.bootSector !== undefined)
    writeBootSector(path, disk.bootSector, images[core]?.start ?? 0);
  return path;
}

async function contentImage(
  directory: string,
  name: string,
  { type, content, uuid, label, free = 32 }: Partition,
): Promise<string> {
  const image = join(directory, name);
  if (type === 'BIOS boot') {
    await runOk(['cp', content, image]);
    return image;
  }
  const { stdout } = await run(['du', '-sm', '--apparent-size', content]);
  // FAT32 has no less than 33 MiB.
  truncateTo(image, Math.ceil(Number.parseInt(stdout, 10) * 1.1) + free + 4);
  if (type === 'ESP') {
    await runOk(['mformat', '-i', image, '-F', '::']);
    await runOk(['sh', '-c', `cd "$1" && mcopy -s -i "$2" ./* ::`, 'sh', content, image]);
    return image;
  }
  const identity = [
    ...(uuid === undefined ? [] : ['-U', uuid]),
    ...(label === undefined ? [] : ['-L', label]),
  ];
  await runOk(['mkfs.ext4', '-q', '-F', '-d', content, ...identity, '-E', 'root_owner=0:0', image]);
  return image;
}

function truncateTo(path: string, mebibytes: number): void {
  closeSync(openSync(path, 'w'));
  truncateSync(path, mebibytes * MiB);
}

// As grub-bios-setup does: boot.img gets the place of the core image, whose first sector gets the place of its second (GRUB's
// util/setup.c, include/grub/i386/pc/boot.h).
function writeBootSector(disk: string, bootImage: string, startMebibytes: number): void {
  const core = (startMebibytes * MiB) / sector;
  const file = openSync(disk, 'r+');
  try {
    const code = readFileSync(bootImage);
    code.writeBigUInt64LE(BigInt(core), 0x5c);
    // The partition table of the protective MBR stays.
    writeSync(file, code, 0, 440, 0);
    const next = Buffer.alloc(8);
    next.writeBigUInt64LE(BigInt(core + 1));
    writeSync(file, next, 0, 8, core * sector + 0x1f4);
  } finally {
    closeSync(file);
  }
}
