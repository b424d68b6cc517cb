import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Workspace } from '../model/sys.ts';
import { named } from './failure.ts';

const prefix = 'pkginitrd-';

/** A fresh directory for one build. tmpfiles.d removes what a SIGKILL leaves behind. */
export function workspace(parent: AbsolutePath): Workspace {
  const path = named('make a workspace in', parent, () => {
    mkdirSync(parent, { recursive: true });
    return absolutePath(mkdtempSync(`${parent}/${prefix}`));
  });
  chmodSync(path, 0o700);
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}
