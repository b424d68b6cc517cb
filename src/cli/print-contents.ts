import { describeContentRemark, type ContentEntry, type ImageContents } from '../model/contents.ts';
import type { ListedModule, ListedPackage } from '../model/listing.ts';
import { canonicalJson } from './canonical-json.ts';
import { shownName } from './shown-name.ts';
import { table } from './table.ts';
import { count, humanBytes } from './units.ts';

export type Shown =
  | { readonly view: 'files'; readonly entries: readonly ContentEntry[] }
  | { readonly view: 'packages'; readonly packages: readonly ListedPackage[] }
  | { readonly view: 'modules'; readonly modules: readonly ListedModule[] };

/** For people: the image and its parts first, where all of it is shown. */
export function printContents(contents: ImageContents, shown: Shown, isWhole: boolean): string {
  return `${isWhole ? summary(contents) : ''}${rows(contents, shown)}`;
}

/** For programs. */
export function printContentsJson(contents: ImageContents, shown: Shown): string {
  const { path, kind, bytes, members, manifest, damage } = contents;
  return canonicalJson({
    version: 1,
    image: { path, kind, bytes, kernelVersion: manifest?.kernelVersion ?? null },
    parts: members,
    ...described(contents, shown),
    remarks: contents.remarks.map((remark) => ({
      ...remark,
      text: describeContentRemark(remark, (name) => name),
    })),
    moreRemarks: contents.moreRemarks,
    damage: damage?.message ?? null,
  });
}

/** Warnings for people. */
export function printContentRemarks({ remarks, moreRemarks }: ImageContents): readonly string[] {
  return [
    ...remarks.map((remark) => `pkginitrd: Warning: ${describeContentRemark(remark, shownName)}`),
    ...(moreRemarks === 0 ? [] : [`pkginitrd: Warning: ${moreRemarks} more of the kind`]),
  ];
}

function summary({ path, kind, bytes, members, manifest }: ImageContents): string {
  const words = [
    kind === 'uki' ? 'unified kernel image' : 'initrd',
    ...(manifest?.kernelVersion === undefined ? [] : [`for ${shownName(manifest.kernelVersion)}`]),
  ];
  return [
    `${shownName(path)}: ${words.join(' ')}, ${humanBytes(bytes)}\n`,
    'Parts\n',
    table(
      members.map(({ name, compression, bytes: packed, unpackedBytes, entries }) => [
        shownName(name),
        compression,
        humanBytes(packed),
        `of ${humanBytes(unpackedBytes)}`,
        count(entries, 'entry', 'entries'),
      ]),
      { rightAligned: [2, 3] },
    ),
  ].join('');
}

function rows({ members }: ImageContents, shown: Shown): string {
  const part = (index: number): string => shownName(members[index]?.name ?? '');
  switch (shown.view) {
    case 'files':
      return section(
        'Files',
        shown.entries.map((entry) => fileRow(entry, part)),
        [2],
      );
    case 'packages':
      return section(
        'Packages',
        shown.packages.map(({ name, version, files, bytes }) => [
          humanBytes(bytes),
          count(files, 'file'),
          shownName(name),
          shownName(version ?? 'version not known'),
        ]),
        [0, 1],
      );
    case 'modules':
      return section(
        'Modules',
        shown.modules.map(({ name, path, bytes }) => [
          humanBytes(bytes),
          shownName(name),
          shownName(path),
        ]),
        [0],
      );
    default:
      return shown satisfies never;
  }
}

function section(
  title: string,
  lines: readonly (readonly string[])[],
  rightAligned: readonly number[],
): string {
  return lines.length === 0 ? `${title}: none\n` : `${title}\n${table(lines, { rightAligned })}`;
}

function fileRow(entry: ContentEntry, part: (index: number) => string): readonly string[] {
  const { path, uid, gid, size, device, member, owner, target, replaces } = entry;
  const replaced = [...new Set(replaces.map(part))].join(', ');
  return [
    modeText(entry),
    `${uid}/${gid}`,
    device === undefined ? `${size}` : `${device.major},${device.minor}`,
    part(member),
    owner === undefined ? '-' : shownName(owner),
    [
      shownName(path),
      ...(target === undefined ? [] : [`-> ${shownName(target)}`]),
      ...(replaced === '' ? [] : [`(instead of the one of ${replaced})`]),
    ].join(' '),
  ];
}

const letters = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  character: 'c',
  block: 'b',
  fifo: 'p',
  socket: 's',
} satisfies Record<ContentEntry['type'], string>;

/** As ls(1) writes it. */
function modeText({ type, mode }: ContentEntry): string {
  const triple = (bits: number, special: boolean, [set = '', unset = '']: string): string =>
    `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}` +
    (special ? (bits & 1 ? set : unset) : bits & 1 ? 'x' : '-');
  return [
    letters[type],
    triple(mode >> 6, (mode & 0o4000) !== 0, 'sS'),
    triple(mode >> 3, (mode & 0o2000) !== 0, 'sS'),
    triple(mode, (mode & 0o1000) !== 0, 'tT'),
  ].join('');
}

function described({ members }: ImageContents, shown: Shown): object {
  switch (shown.view) {
    case 'files':
      return { files: shown.entries.map((entry) => contentRecord(entry, members)) };
    case 'packages':
      return { packages: shown.packages };
    case 'modules':
      return { modules: shown.modules };
    default:
      return shown satisfies never;
  }
}

function contentRecord(entry: ContentEntry, members: ImageContents['members']): object {
  const part = (index: number): string | null => members[index]?.name ?? null;
  const { path, type, mode, uid, gid, size, mtime, member, owner, target, device, replaces } =
    entry;
  return {
    ...{ path, type, mode: mode.toString(8).padStart(4, '0'), uid, gid, size, mtime },
    part: part(member),
    package: owner ?? null,
    ...(target === undefined ? {} : { target }),
    ...(device === undefined ? {} : { device }),
    ...(replaces.length === 0 ? {} : { replaces: replaces.map(part) }),
  };
}
