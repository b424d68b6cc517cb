import { readdirSync, readlinkSync, type Dirent } from 'node:fs';
import { hasEscapes, pathBytes, pathText } from '../model/path-bytes.ts';

/** A path as the file functions of Node need it: as bytes where it stands for some that are no UTF-8. */
export function onDisk(path: string): string | Buffer {
  return hasEscapes(path) ? pathBytes(path) : path;
}

/** Names in a directory, sorted bytewise. */
export function namesIn(directory: string): readonly string[] {
  return readdirSync(onDisk(directory), { encoding: 'buffer' })
    .sort((a, b) => Buffer.compare(a, b))
    .map(pathText);
}

/** The same with what the directory itself says of each. */
export function entriesIn(directory: string): readonly Dirent<Buffer>[] {
  return readdirSync(onDisk(directory), { encoding: 'buffer', withFileTypes: true }).sort((a, b) =>
    Buffer.compare(a.name, b.name),
  );
}

/** A link's target as it stands. */
export function targetOf(link: string): string {
  return pathText(readlinkSync(onDisk(link), { encoding: 'buffer' }));
}
