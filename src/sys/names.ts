import { readdirSync, readlinkSync } from 'node:fs';
import { bytewise, hasEscapes, pathBytes, pathText } from '../model/path-bytes.ts';

/** A path as the file functions of Node need it: as bytes where it stands for some that are no UTF-8. */
export function onDisk(path: string): string | Buffer {
  return hasEscapes(path) ? pathBytes(path) : path;
}

/** Names in a directory, sorted bytewise. */
export function namesIn(directory: string): readonly string[] {
  return readdirSync(onDisk(directory), { encoding: 'buffer' }).map(pathText).sort(bytewise);
}

/** A link's target as it stands. */
export function targetOf(link: string): string {
  return pathText(readlinkSync(onDisk(link), { encoding: 'buffer' }));
}
