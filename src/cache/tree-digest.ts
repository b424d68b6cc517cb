import { createHash } from 'node:crypto';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { RootFiles, Sys } from '../model/sys.ts';
import type { Looked } from './witnesses.ts';

/** Digest of names, kinds, permissions and contents of a file or tree of this machine. No link is followed, times are no part of it. */
export function treeDigest(sys: Sys, path: AbsolutePath): string {
  const files = sys.root(absolutePath('/'));
  const hash = createHash('sha256');
  for (const { path: each } of belowAndSelf(files, path)) {
    const stat = files.lstat(each);
    const content =
      stat?.type === 'file'
        ? files.sha256(each)
        : stat?.type === 'symlink'
          ? files.readlink(each)
          : null;
    hash.update(JSON.stringify([each.slice(path.length), stat?.type, stat?.mode, content]));
  }
  return hash.digest('hex');
}

/** The paths by which a change of the same tree is seen. */
export function treeWitnesses(sys: Sys, path: AbsolutePath): readonly Looked[] {
  return [...belowAndSelf(sys.root(absolutePath('/')), path)];
}

function* belowAndSelf(files: RootFiles, path: AbsolutePath): Generator<Looked> {
  yield { path, follow: false, names: true };
  if (files.lstat(path)?.type !== 'directory') return;
  for (const entry of files.walk(path))
    yield { path: `/${entry.path}`, follow: false, names: true };
}
