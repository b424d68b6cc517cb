// The metadata of an rpm repository (createrepo_c(8)), as much of it as a solver reads.
import { createHash } from 'node:crypto';

export interface RpmMdPackage {
  readonly name: string;
  readonly epoch: string;
  readonly version: string;
  readonly release: string;
  readonly architecture: string;
  readonly relations: ReadonlyMap<RpmRelationType, readonly RpmRelation[]>;
  /** Those of its files that other packages ask for by their paths. */
  readonly files: readonly string[];
}

export type RpmRelationType = (typeof rpmRelationTypes)[number];

export const rpmRelationTypes = [
  ...(['provides', 'requires', 'conflicts', 'obsoletes'] as const),
  ...(['recommends', 'supplements'] as const),
];

export interface RpmRelation {
  readonly name: string;
  /** rpm's bits: 2 less, 4 greater, 8 equal. */
  readonly flags: number;
  /** [EPOCH:]VERSION[-RELEASE], empty for any. */
  readonly version: string;
}

/** The files of `repodata`, by name. */
export function encodeRpmMd(packages: readonly RpmMdPackage[]): ReadonlyMap<string, string> {
  const primary = [
    xml,
    `<metadata xmlns="${namespace}/common" xmlns:rpm="${namespace}/rpm" packages="${packages.length}">`,
    ...packages.map(encodePackage),
    '</metadata>\n',
  ].join('\n');
  const filelists = `${xml}\n<filelists xmlns="${namespace}/filelists" packages="0">\n</filelists>\n`;
  const parts = [
    ['primary', primary],
    ['filelists', filelists],
  ] as const;
  const index = [
    xml,
    `<repomd xmlns="${namespace}/repo">`,
    '<revision>1</revision>',
    ...parts.map(
      ([type, text]) =>
        `<data type="${type}"><checksum type="sha256">${sha256(text)}</checksum>` +
        `<location href="repodata/${type}.xml"/><timestamp>1</timestamp>` +
        `<size>${Buffer.byteLength(text)}</size></data>`,
    ),
    '</repomd>\n',
  ].join('\n');
  return new Map([
    ...parts.map(([type, text]) => [`${type}.xml`, text] as const),
    ['repomd.xml', index],
  ]);
}

const xml = '<?xml version="1.0" encoding="UTF-8"?>';
const namespace = 'http://linux.duke.edu/metadata';

function encodePackage(one: RpmMdPackage): string {
  const { name, epoch, version, release, architecture, relations, files } = one;
  const file = `${name}-${version}-${release}.${architecture}.rpm`;
  return [
    `<package type="rpm"><name>${escape(name)}</name><arch>${escape(architecture)}</arch>`,
    `<version epoch="${escape(epoch)}" ver="${escape(version)}" rel="${escape(release)}"/>`,
    `<checksum type="sha256" pkgid="YES">${sha256(file)}</checksum>`,
    '<summary/><description/><time file="1" build="1"/>',
    // Nobody knows; dnf prints smaller numbers without their unit.
    '<size package="1024" installed="1024" archive="1024"/>',
    `<location href="${escape(file)}"/><format>`,
    ...[...relations].flatMap(([type, list]) => [
      `<rpm:${type}>`,
      ...list.map(encodeRelation),
      `</rpm:${type}>`,
    ]),
    ...files.map((path) => `<file>${escape(path)}</file>`),
    '</format></package>',
  ].join('\n');
}

function encodeRelation({ name, flags, version }: RpmRelation): string {
  const comparison = comparisons[(flags >> 1) & 7];
  if (comparison === undefined || version === '') return `<rpm:entry name="${escape(name)}"/>`;
  const [, epoch = '0', number = '', release] =
    /^(?:(\d+):)?(.*?)(?:-([^-]*))?$/.exec(version) ?? [];
  const rel = release === undefined ? '' : ` rel="${escape(release)}"`;
  return `<rpm:entry name="${escape(name)}" flags="${comparison}" epoch="${epoch}" ver="${escape(number)}"${rel}/>`;
}

// By less, greater and equal.
const comparisons = [undefined, 'LT', 'GT', undefined, 'EQ', 'LE', 'GE'];

function escape(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
