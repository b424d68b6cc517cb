import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from './paths.ts';

/** The program that setup.sh has unpacked: in bin/ of Debian 12's package, in usr/bin/ of later ones. */
export function busybox(): string {
  const places = ['usr/bin', 'bin'].map((directory) =>
    join(cache, 'busybox', directory, 'busybox'),
  );
  const found = places.find((path) => existsSync(path));
  assert.ok(found, 'no busybox: run tests/helpers/setup.sh busybox');
  return found;
}
