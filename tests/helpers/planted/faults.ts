import type { Entry } from '../../../src/model/image.ts';
import type { Files } from './image-files.ts';

export const kinds = ['removed', 'masked', 'empty', 'truncated', 'not executable', 'text'] as const;

export type Kind = (typeof kinds)[number];

export interface Fault {
  readonly path: string;
  readonly kind: Kind;
}

/** Every fault that the files can have, each in turn. */
export function faultsOf(files: Files, paths: readonly string[]): readonly Fault[] {
  return paths.flatMap((path) => {
    const entry = files.get(path);
    return kinds.flatMap((kind) => (canHave(entry, kind) ? [{ path, kind }] : []));
  });
}

/** The image with one fault. */
export function plantFault(files: Files, { path, kind }: Fault): Files {
  const planted = new Map(files);
  const entry = files.get(path);
  if (entry === undefined) throw new Error(`No "${path}" in the image`);
  const harmed = harm(entry, kind);
  if (harmed === undefined) planted.delete(path);
  else planted.set(path, harmed);
  return planted;
}

function canHave(entry: Entry | undefined, kind: Kind): boolean {
  if (entry?.type === 'symlink') return kind === 'removed' || kind === 'masked';
  return entry?.type === 'file' && (kind !== 'not executable' || (entry.mode & 0o111) !== 0);
}

function harm(entry: Entry, kind: Kind): Entry | undefined {
  const { path, mode, uid, gid, mtime } = entry;
  const common = { path, mode, uid, gid, mtime };
  const file = (bytes: Uint8Array): Entry => ({
    ...common,
    type: 'file',
    content: { type: 'bytes', bytes },
  });
  switch (kind) {
    case 'removed':
      return undefined;
    case 'masked':
      return { ...common, mode: 0o777, type: 'symlink', target: '/dev/null' };
    case 'empty':
      return file(Buffer.alloc(0));
    case 'truncated':
      return file(contentOf(entry).subarray(0, contentOf(entry).length / 2));
    case 'not executable':
      return { ...entry, mode: 0o644 };
    case 'text':
      return file(Buffer.from('garbage\n'));
    default:
      return kind satisfies never;
  }
}

function contentOf(entry: Entry | undefined): Uint8Array {
  return entry?.type === 'file' && entry.content.type === 'bytes'
    ? entry.content.bytes
    : Buffer.alloc(0);
}
