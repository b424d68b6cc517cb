import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Every path below a directory, links not followed. */
export function readdirRecursive(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true }).map((entry) =>
    join(entry.parentPath, entry.name),
  );
}
