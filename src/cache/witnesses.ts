import { createHash } from 'node:crypto';
import type { RootFiles, Stamp } from '../model/sys.ts';

/** A file or directory by which a later build tells that nothing has changed. Plain JSON. */
export interface Witness {
  /** From the root, without leading slash. */
  readonly path: string;
  /** False for one that was looked at itself where it is a link. */
  readonly follow: boolean;
  /** True where what lies in it was looked at, if it is a directory. A package that comes changes /usr/bin for nobody else. */
  readonly names: boolean;
  /** Null where it was not there. */
  readonly stamp: string | null;
  /** Digest of the content, where the stamp alone proves nothing. */
  readonly digest: string | null;
}

/** A path that was looked at, in the same sense. */
export type Looked = Pick<Witness, 'path' | 'follow' | 'names'>;

export type TakenDown =
  | { readonly type: 'taken'; readonly witnesses: readonly Witness[] }
  /** It has changed while the build ran: nobody knows which of the two states was read. */
  | { readonly type: 'moving'; readonly path: string };

/**
 * Takes down how paths are, `now` being the file system's own time before they were first read. What is written later
 * than that is none to trust, but for what `isOwn` says the build itself writes. What changed shortly before can
 * change once more within the same tick of the file system's clock, and its content is taken down as well. A path that
 * is no link is looked at once: it has become one before a look through it sees anything else.
 */
export function takeDown(
  files: RootFiles,
  paths: Iterable<Looked>,
  now: bigint,
  isOwn: (path: string) => boolean = () => false,
): TakenDown {
  const witnesses: Witness[] = [];
  // By path, if a look at all of it is among the witnesses.
  const plain = new Map<string, boolean>();
  for (const looked of linksLast(paths)) {
    const { path, follow, names } = looked;
    const whole = plain.get(path);
    if (follow && whole !== undefined && (whole || !names)) continue;
    const stamp = files.stamp(path, { followLast: follow });
    const isTimed = stamp !== undefined && hasTimes(stamp, looked);
    if (isTimed && stamp.changed >= now && !isOwn(path)) return { type: 'moving', path };
    if (!follow && stamp?.type !== 'symlink') {
      plain.set(path, names || stamp?.type !== 'directory');
    }
    const isRecent = isTimed && stamp.changed > now - tick;
    witnesses.push({
      ...{ path, follow, names },
      stamp: textOf(stamp, looked),
      digest: isRecent ? digestOf(files, looked, stamp) : null,
    });
  }
  return { type: 'taken', witnesses };
}

function linksLast(paths: Iterable<Looked>): readonly Looked[] {
  const all = [...paths];
  return [...all.filter(({ follow }) => !follow), ...all.filter(({ follow }) => follow)];
}

/** Those that are not as they were. */
export function* changed(
  files: RootFiles,
  witnesses: readonly Witness[],
): Generator<Witness, void, undefined> {
  for (const each of witnesses) {
    const stamp = files.stamp(each.path, { followLast: each.follow });
    if (textOf(stamp, each) === each.stamp) {
      if (each.digest === null || stamp === undefined) continue;
      if (digestOf(files, each, stamp) === each.digest) continue;
    }
    yield each;
  }
}

function textOf(stamp: Stamp | undefined, looked: Looked): string | null {
  if (stamp === undefined) return null;
  return hasTimes(stamp, looked) ? stamp.text : stamp.own;
}

function hasTimes({ type }: Stamp, { names }: Looked): boolean {
  return names || type !== 'directory';
}

// FAT's clock ticks every two seconds, ext3's every second, most others' with the kernel's timer.
const tick = 2_000_000_000n;

function digestOf(files: RootFiles, { path }: Looked, stamp: Stamp): string {
  const hash = createHash('sha256');
  switch (stamp.type) {
    case 'file':
      return files.sha256(path) ?? hash.digest('hex');
    case 'directory':
      hash.update(JSON.stringify(files.list(path)));
      break;
    case 'symlink':
      hash.update(files.readlink(path) ?? '');
      break;
    case 'character':
    case 'block':
    case 'fifo':
    case 'socket':
      break;
    default:
      stamp.type satisfies never;
  }
  return hash.digest('hex');
}
