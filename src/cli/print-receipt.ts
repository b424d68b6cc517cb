import { describeCacheAnswer } from '../model/cache.ts';
import type { Destination } from '../model/invocation.ts';
import type { ResolvedPackage } from '../model/packages.ts';
import type { Receipt } from '../model/receipt.ts';
import { canonicalJson } from './canonical-json.ts';
import { table, wrapped } from './table.ts';
import { count, humanBytes, humanTime } from './units.ts';

/** The report at the end of a build. */
export function printReceipt(receipt: Receipt): string {
  const { packages, parts, origins, steps, missingFirmware, warnings } = receipt;
  const from = (wanted: ResolvedPackage['origin']) =>
    packages.filter(({ origin }) => origin === wanted).length;
  const installed = from('installed');
  const total = steps.reduce((sum, step) => sum + step.milliseconds, 0);
  return [
    `Initrd for ${receipt.kernelVersion}: ${receipt.image} (${humanBytes(receipt.bytes)})\n`,
    'Parts\n',
    table(
      parts.map(({ name, bytes, unpackedBytes, entries }) => [
        name,
        humanBytes(bytes),
        `of ${humanBytes(unpackedBytes)}`,
        count(entries, 'entry', 'entries'),
        ...origins.filter(({ part }) => part === name).map(({ from }) => describeCacheAnswer(from)),
      ]),
      { rightAligned: [1, 2] },
    ),
    `Packages: ${packages.length}, ${from('network')} of them downloaded` +
      `${installed === 0 ? '' : `, ${installed} taken from the installed system`}; the largest\n`,
    table(
      largest(packages).map(({ name, version, size }) => [humanBytes(size), name, version]),
      {
        rightAligned: [0],
      },
    ),
    `Kernel: ${count(receipt.modules, 'module')}, ${count(receipt.firmware, 'firmware file')}\n`,
    missingFirmware.length > 0
      ? `Firmware not found: ${missingFirmware.length}\n${wrapped(missingFirmware)}`
      : '',
    `Time: ${humanTime(total)}\n`,
    table(
      steps.map(({ name, milliseconds }) => [humanTime(milliseconds), name]),
      {
        rightAligned: [0],
      },
    ),
    warnings.length > 0 ? `Warnings\n${table(warnings.map((text) => [text]))}` : '',
  ].join('');
}

/** The line that a build inside a package manager's transaction begins with. */
export function printBeginning(kernelVersion: string, destination: Destination): string {
  const what = destination.type === 'rescue' ? 'rescue image' : 'initrd';
  return `pkginitrd: Building the ${what} for ${kernelVersion}`;
}

/** The line that it ends with. The staging area is gone when anybody could look there. */
export function printSummary(
  { kernelVersion, image, bytes, steps }: Receipt,
  destination: Destination,
): string {
  const total = steps.reduce((sum, step) => sum + step.milliseconds, 0);
  const where =
    destination.type === 'staging'
      ? `handed to kernel-install${destination.entryDirectory === undefined ? '' : ` for ${destination.entryDirectory}`}`
      : image;
  const what = destination.type === 'rescue' ? 'Rescue image' : 'Initrd';
  return `pkginitrd: ${what} for ${kernelVersion}: ${where} (${humanBytes(bytes)}) in ${humanTime(total)}`;
}

/** The report for programs. */
export function printReceiptJson(receipt: Receipt): string {
  return canonicalJson({ version: 1, ...receipt });
}

/** The warnings alone, for a build that reports nothing else. */
export function printWarnings({ warnings }: Receipt): readonly string[] {
  return warnings.map((warning) => `pkginitrd: Warning: ${warning}`);
}

/** By size of the archive, the only size that every package manager tells. */
function largest(packages: readonly ResolvedPackage[]): readonly ResolvedPackage[] {
  return [...packages].sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1)).slice(0, 10);
}
