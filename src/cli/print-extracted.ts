import type { AbsolutePath } from '../model/brands.ts';
import type { ContentEntry } from '../model/contents.ts';
import { shownName } from './shown-name.ts';
import { count, humanBytes } from './units.ts';

export function printExtracted(directory: AbsolutePath, entries: readonly ContentEntry[]): string {
  const bytes = entries.reduce((sum, { size }) => sum + size, 0);
  const amount = count(entries.length, 'entry', 'entries');
  return `pkginitrd: Extracted ${amount} (${humanBytes(bytes)}) into ${shownName(directory)}`;
}

/** What is not as the image has it. */
export function printLeftOut(
  leftOut: readonly ContentEntry[],
  written: readonly ContentEntry[],
  { owners, devices }: { readonly owners: boolean; readonly devices: boolean },
): readonly string[] {
  const nodes = leftOut.filter(({ type }) => type === 'character' || type === 'block').length;
  const others = leftOut.length - nodes;
  const foreign = written.filter(({ uid, gid }) => uid !== 0 || gid !== 0).length;
  const special = written.filter(
    ({ type, mode }) => type === 'file' && (mode & 0o6000) !== 0,
  ).length;
  return [
    ...(nodes === 0
      ? []
      : [
          `Left out ${count(nodes, 'device node')}: ${devices ? 'of names that are no UTF-8' : '--devices makes them, for root'}`,
        ]),
    ...(others === 0 ? [] : [`Left out ${count(others, 'FIFO or socket', 'FIFOs and sockets')}`]),
    ...(owners || special === 0
      ? []
      : [
          `Took setuid and setgid from ${count(special, 'program')}: --owners keeps them, for root`,
        ]),
    ...(owners || foreign === 0
      ? []
      : [
          `Made ${count(foreign, 'entry', 'entries')} yours that ${foreign === 1 ? 'is' : 'are'} not root's in the image: --owners keeps owners, for root`,
        ]),
  ].map((sentence) => `pkginitrd: ${sentence}`);
}
