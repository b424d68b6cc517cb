import { BuildError } from '../../model/errors.ts';

// A .deb is an ar(5) archive: an 8 byte magic, then a 60 byte header whose bytes 16 to 27 are the member's time in
// decimal. dpkg-deb sets every member's time to the build's SOURCE_DATE_EPOCH, the date of the newest changelog entry.

/** How much of the file debTime() needs. */
export const debHeaderSize = 68;

/** When a .deb was built, in seconds since 1970. */
export function debTime(header: Buffer, file: string): number {
  const text = header.toString('latin1');
  const time = Number(text.slice(24, 36).trim());
  if (!text.startsWith('!<arch>\ndebian-binary') || !Number.isSafeInteger(time)) {
    throw new BuildError(`Cannot read "${file}": it is not a Debian package`);
  }
  return time;
}
