import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { absolutePath, type AbsolutePath } from '../../src/model/brands.ts';

/** A directory of the test's own, gone when it ends. */
export function scratch(test: TestContext): AbsolutePath {
  const path = mkdtempSync(join(tmpdir(), 'pkginitrd-test-'));
  test.after(() => rmSync(path, { recursive: true, force: true }));
  return absolutePath(path);
}

/** Content of a file; `{ link }` a symlink; null a directory. */
export type Tree = Readonly<Record<string, string | Uint8Array | { readonly link: string } | null>>;

export function plant(root: AbsolutePath, tree: Tree): AbsolutePath {
  for (const [path, content] of Object.entries(tree)) {
    const full = join(root, path);
    mkdirSync(content === null ? full : dirname(full), { recursive: true });
    if (content === null) continue;
    if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(full, content);
    else symlinkSync(content.link, full);
  }
  return root;
}
