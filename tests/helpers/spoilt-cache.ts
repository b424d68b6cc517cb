import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { runOk } from './run.ts';

/** Caches that cannot take what was fetched. */
export const spoiltCaches = ['read-only', 'full'] as const;

const options = {
  'read-only': 'ro',
  // Room for the directories, and for no archive.
  full: 'size=8k',
} as const satisfies Record<(typeof spoiltCaches)[number], string>;

/** Runs `body`, which is to fetch, with our own cache in the host spoilt; it returns the warnings of a build. */
export async function withSpoiltCache(
  host: string,
  kind: (typeof spoiltCaches)[number],
  body: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const cache = `${host}/var/cache/pkginitrd`;
  mkdirSync(cache, { recursive: true });
  await runOk(['mount', '-t', 'tmpfs', '-o', options[kind], 'tmpfs', cache]);
  try {
    const warnings = await body();
    const said = kind === 'full' ? /no space left on the device/ : /the file system is read-only/;
    const kept = warnings.filter((warning) =>
      warning.startsWith('Cannot keep the fetched packages'),
    );
    assert.equal(kept.length, 1, warnings.join('\n'));
    assert.match(kept[0] ?? '', said);
    assert.match(kept[0] ?? '', /the next build fetches them again/);
    return warnings;
  } finally {
    await runOk(['umount', cache]);
  }
}
