import type { CacheName } from '../model/invocation.ts';
import { table } from './table.ts';
import { humanBytes } from './units.ts';

/** What was removed of each cache. */
export function printClean(
  removed: readonly { readonly name: CacheName; readonly bytes: number }[],
): string {
  return table(
    removed.map(({ name, bytes }) => [
      name,
      bytes === 0 ? 'empty' : `${humanBytes(bytes)} removed`,
    ]),
  );
}
