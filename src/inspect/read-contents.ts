import { createHash } from 'node:crypto';
import { manifestPath, parseImageManifest } from '../formats/image-manifest.ts';
import {
  walkInitrd,
  type Content,
  type Place,
  type Unpack,
  type WalkedMember,
} from '../formats/initrd/walk.ts';
import type { NewcHead } from '../formats/newc-reader.ts';
import type { ContentEntry, ContentRemark, ImageContents } from '../model/contents.ts';
import { BuildError } from '../model/errors.ts';
import { bytewise, pathText } from '../model/path-bytes.ts';
import { linkKey, withLinkedContent } from './hard-links.ts';
import { layers } from './layers.ts';
import { nameMembers } from './name-members.ts';
import { withOwners } from './with-owners.ts';

export interface ContentSource {
  readonly path: string;
  readonly kind: ImageContents['kind'];
  /** Of the whole file. */
  readonly bytes: number;
  /** In the order in which they are unpacked. */
  readonly places: readonly Place[];
  readonly unpack: Unpack;
}

/** Whether the contents of files are read, for their digests. */
export type Digests = 'none' | 'sha256';

/** Walks an image to its end, or to where it is damaged, and lays its members over each other as the kernel does. */
export async function readContents(
  { places, unpack, ...source }: ContentSource,
  digests: Digests,
): Promise<ImageContents> {
  const members: Counted[] = [];
  const remarks = remarkList();
  const layered = layers(remarks.add);
  let names = 0;
  let order = 0;
  let rawManifest: string | undefined;
  const current = (): Counted => members.at(-1) ?? beforeAll;

  function onEntry(head: NewcHead, content: Content): Promise<void> | undefined {
    const member = current();
    member.entries += 1;
    member.unpackedBytes += head.size;
    member.isEarly ||= /^(?:\.?\/)?kernel\//.test(head.path);
    names += head.path.length;
    if (order >= mostEntries || names > mostNames) throw tooMany();
    const entry = toEntry(head, members.length - 1, order++);
    if (entry.type === 'symlink') {
      if (head.size > mostTarget)
        throw new BuildError(`"${head.path}" is a link of ${head.size} bytes`);
      return whole(content).then((bytes) => {
        layered.add({ ...entry, target: pathText(bytes) });
      });
    }
    const placed = layered.add(entry);
    if (entry.type !== 'file' || head.size === 0) return undefined;
    if (placed?.path === manifestPath && head.size <= mostManifest) {
      return whole(content).then((bytes) => {
        rawManifest = bytes.toString('utf8');
        if (digests === 'sha256') placed.digest = createHash('sha256').update(bytes).digest('hex');
      });
    }
    if (digests === 'none' || placed === undefined) return undefined;
    return digest(content).then((hex) => {
      placed.digest = hex;
    });
  }

  const damage = await untilDamaged(async () => {
    for (const place of places) {
      await walkInitrd(place, unpack, {
        onMember: (member) => {
          if (members.length >= mostMembers) throw tooManyMembers();
          members.push({ ...member, bytes: 0, entries: 0, unpackedBytes: 0, isEarly: false });
        },
        onEntry,
        onEnd: ({ bytes }) => {
          current().bytes = bytes;
        },
        onProblem: remarks.add,
      });
    }
    if (members.length === 0) throw new BuildError('Cannot read an archive: there is none');
  });
  const manifest = rawManifest === undefined ? undefined : parseImageManifest(rawManifest);
  const named = nameMembers(members, manifest, damage === undefined);
  const entries = withLinkedContent(layered.entries());
  return {
    ...source,
    members: named,
    entries: withOwners(entries, named, manifest).toSorted((a, b) => bytewise(a.path, b.path)),
    manifest,
    remarks: remarks.kept,
    moreRemarks: remarks.more(),
    damage,
  };
}

/** While it is counted. */
interface Counted extends WalkedMember {
  bytes: number;
  entries: number;
  unpackedBytes: number;
  /** Has what the kernel looks for before it unpacks anything. */
  isEarly: boolean;
}

const beforeAll: Counted = {
  ...{ offset: 0, compression: 'none', bytes: 0, entries: 0, unpackedBytes: 0, isEarly: false },
};

// Far more than any initrd has: the memory for the listing stays small whatever an archive claims.
const mostEntries = 30_000;
const mostMembers = 1000;
const mostNames = 8 * 1024 * 1024;
// The kernel takes no longer ones.
const mostTarget = 4096;
const mostManifest = 8 * 1024 * 1024;
const mostRemarks = 100;

function tooManyMembers(): BuildError {
  return new BuildError(`It has more than ${mostMembers} archives, one after the other`);
}

function tooMany(): BuildError {
  return new BuildError(`It has more than ${mostEntries} entries, or names of ${mostNames} bytes`);
}

function remarkList() {
  const kept: ContentRemark[] = [];
  let count = 0;
  return {
    add: (remark: ContentRemark): void => {
      if (++count <= mostRemarks) kept.push(remark);
    },
    kept,
    more: () => Math.max(count - mostRemarks, 0),
  };
}

async function untilDamaged(walk: () => Promise<void>): Promise<ImageContents['damage']> {
  try {
    await walk();
    return undefined;
  } catch (error) {
    if (error instanceof BuildError) return { message: error.message, hint: error.hint };
    throw error;
  }
}

function toEntry(head: NewcHead, member: number, order: number): ContentEntry {
  const type = types[head.mode & 0o170000];
  if (type === undefined) {
    throw new BuildError(`Cannot read entry "${head.path}": its mode is ${head.mode.toString(8)}`);
  }
  const isDevice = type === 'character' || type === 'block';
  const link = linkKey(head, member);
  return {
    path: head.path,
    type,
    mode: head.mode & 0o7777,
    uid: head.uid,
    gid: head.gid,
    size: type === 'file' ? head.size : 0,
    mtime: head.mtime,
    member,
    ...(isDevice ? { device: { major: head.rmajor, minor: head.rminor } } : {}),
    ...(link === undefined ? {} : { link }),
    replaces: [],
    owner: undefined,
    order,
  };
}

const types: Readonly<Record<number, ContentEntry['type']>> = {
  0o040000: 'directory',
  0o100000: 'file',
  0o120000: 'symlink',
  0o020000: 'character',
  0o060000: 'block',
  0o010000: 'fifo',
  0o140000: 'socket',
};

async function whole(content: Content): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of content()) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function digest(content: Content): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of content()) hash.update(piece);
  return hash.digest('hex');
}
