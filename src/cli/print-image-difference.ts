import type { ChangedFile, FromTo, ImageDifference } from '../model/listing.ts';
import { canonicalJson } from './canonical-json.ts';
import { shownName } from './shown-name.ts';
import { table } from './table.ts';
import { humanBytes } from './units.ts';

/** For people: `+` is new, `-` is gone, `~` is changed. */
export function printImageDifference(difference: ImageDifference): string {
  const { kernel, packages, modules, files, parts, bytes } = difference;
  return [
    kernel.from === kernel.to ? '' : `Kernel: ${names(kernel)}\n`,
    section(
      'Packages',
      (packages ?? []).map((each) => [sign(each), shownName(each.name), versions(each)]),
    ),
    section('Modules', modules.map(fileRow)),
    section('Files', files.map(fileRow)),
    section(
      'Sizes',
      [...parts, { name: 'image', ...bytes }]
        .filter(({ from, to }) => from !== to)
        .map((each) => [sign(each), shownName(each.name), sizes(each)]),
    ),
  ].join('');
}

/** For programs. */
export function printImageDifferenceJson(
  images: FromTo<string>,
  difference: ImageDifference,
  differs: boolean,
): string {
  return canonicalJson({ version: 1, images, differs, ...difference });
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : `${title}\n${table(rows)}`;
}

function fileRow({ path, change, fields, size }: ChangedFile): readonly string[] {
  const marks = { new: '+', gone: '-', changed: '~' };
  const words = fields.filter((field) => field !== 'size').join(', ');
  const sized = size.from === size.to ? humanBytes(size.to ?? 0) : sizes(size);
  return [marks[change], sized, words === '' ? shownName(path) : `${shownName(path)} (${words})`];
}

function sign({ from, to }: FromTo<unknown>): string {
  if (from === null) return '+';
  return to === null ? '-' : '~';
}

function versions({ from, to }: FromTo<string>): string {
  return from === null || to === null ? shownName(from ?? to ?? '') : names({ from, to });
}

function names({ from, to }: FromTo<string>): string {
  return `${shownName(from ?? 'none')} → ${shownName(to ?? 'none')}`;
}

function sizes({ from, to }: FromTo<number>): string {
  if (from === null || to === null) return humanBytes(from ?? to ?? 0);
  const change = to - from;
  const signed = `${change < 0 ? '-' : '+'}${humanBytes(Math.abs(change))}`;
  return `${humanBytes(from)} → ${humanBytes(to)} (${signed})`;
}
