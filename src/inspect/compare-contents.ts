import { parseModulePath } from '../formats/module-path.ts';
import type { ContentEntry, ContentMember, ImageContents } from '../model/contents.ts';
import type { ChangedFile, FromTo, ImageDifference } from '../model/listing.ts';
import { bytewise } from '../model/path-bytes.ts';

/** Holds two images against each other, contents by their digests. Times do not count. */
export function compareContents(from: ImageContents, to: ImageContents): ImageDifference {
  const [old, now] = [kernelOf(from), kernelOf(to)];
  return {
    kernel: { from: old, to: now },
    packages: comparePackages(from, to),
    modules: compareFiles(modulesOf(from), modulesOf(to)),
    files: compareFiles(filesOf(from, old), filesOf(to, now)),
    parts: compareParts(from.members, to.members),
    bytes: { from: from.bytes, to: to.bytes },
  };
}

/** False where the two images unpack to the same. */
export function isDifferent({ kernel, packages, modules, files }: ImageDifference): boolean {
  return [
    kernel.from !== kernel.to,
    (packages ?? []).length > 0,
    modules.length > 0,
    files.length > 0,
  ].some((each) => each);
}

/** The one kernel that an image has modules of. */
function kernelOf({ manifest, entries }: ImageContents): string | null {
  if (manifest?.kernelVersion !== undefined) return manifest.kernelVersion;
  const versions = new Set(
    entries.flatMap(({ path }) => /^(?:usr\/)?lib\/modules\/([^/]+)/.exec(path)?.[1] ?? []),
  );
  const [only] = versions;
  return versions.size === 1 && only !== undefined ? only : null;
}

function comparePackages(from: ImageContents, to: ImageContents): ImageDifference['packages'] {
  if (from.manifest === undefined || to.manifest === undefined) return null;
  const versions = ({ packages }: NonNullable<ImageContents['manifest']>) =>
    new Map(packages.map(({ name, version }) => [name, version]));
  return compareValues(versions(from.manifest), versions(to.manifest));
}

function compareParts(
  from: readonly ContentMember[],
  to: readonly ContentMember[],
): ImageDifference['parts'] {
  const sizes = (members: readonly ContentMember[]) =>
    new Map(members.map(({ name, bytes }) => [name, bytes]));
  return compareValues(sizes(from), sizes(to));
}

function compareValues<Value>(
  from: ReadonlyMap<string, Value>,
  to: ReadonlyMap<string, Value>,
): readonly ({ readonly name: string } & FromTo<Value>)[] {
  return keys(from, to)
    .filter((name) => from.get(name) !== to.get(name))
    .map((name) => ({ name, from: from.get(name) ?? null, to: to.get(name) ?? null }));
}

type Files = ReadonlyMap<string, ContentEntry>;

function modulesOf({ entries }: ImageContents): Files {
  return new Map(
    entries.flatMap((entry) => {
      const place = parseModulePath(entry.path)?.place;
      return place === undefined ? [] : [[place, entry] as const];
    }),
  );
}

/** Under the name of the kernel's directory no matter which kernel it is. */
function filesOf({ entries }: ImageContents, kernel: string | null): Files {
  const own = kernel === null ? undefined : `lib/modules/${kernel}`;
  return new Map(
    entries
      .filter(({ path }) => parseModulePath(path) === undefined)
      .map((entry) => [
        own === undefined ? entry.path : entry.path.replace(own, 'lib/modules/*'),
        entry,
      ]),
  );
}

function compareFiles(from: Files, to: Files): readonly ChangedFile[] {
  return withoutFilled(allChanged(from, to), from, to);
}

/** Without directories that are said by the files in them. */
function withoutFilled(
  changes: readonly ChangedFile[],
  from: Files,
  to: Files,
): readonly ChangedFile[] {
  const isDirectory = ({ path }: ChangedFile): boolean =>
    (to.get(path) ?? from.get(path))?.type === 'directory';
  const filled = new Set<string>();
  for (const { path, change } of changes) {
    if (change === 'changed') continue;
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      filled.add(path.slice(0, at));
    }
  }
  return changes.filter(
    (each) => each.change === 'changed' || !filled.has(each.path) || !isDirectory(each),
  );
}

function allChanged(from: Files, to: Files): readonly ChangedFile[] {
  return keys(from, to).flatMap((key): readonly ChangedFile[] => {
    const [old, now] = [from.get(key), to.get(key)];
    const size = { from: old?.size ?? null, to: now?.size ?? null };
    if (old === undefined || now === undefined) {
      const path = now?.path ?? old?.path ?? key;
      return [{ path, change: old === undefined ? 'new' : 'gone', fields: [], size }];
    }
    const fields = changedFields(old, now);
    return fields.length === 0 ? [] : [{ path: now.path, change: 'changed', fields, size }];
  });
}

function changedFields(a: ContentEntry, b: ContentEntry): ChangedFile['fields'] {
  if (a.type !== b.type) return ['type'];
  const differ = {
    mode: a.mode !== b.mode,
    owner: a.uid !== b.uid || a.gid !== b.gid,
    size: a.size !== b.size,
    content: a.digest !== b.digest,
    target: a.target !== b.target,
    device: a.device?.major !== b.device?.major || a.device?.minor !== b.device?.minor,
  };
  const names = ['mode', 'owner', 'size', 'content', 'target', 'device'] as const;
  return names.filter((name) => differ[name]);
}

function keys(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): readonly string[] {
  return [...new Set([...a.keys(), ...b.keys()])].sort(bytewise);
}
