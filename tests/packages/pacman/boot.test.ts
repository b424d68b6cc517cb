import assert from 'node:assert/strict';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { after, test } from 'node:test';
import { buildable } from '../../helpers/boots-root.ts';
import { bootsOn, dropInWorked, offlineImage, plantDropIn } from '../../helpers/offline-image.ts';
import { scratch } from '../../helpers/scratch.ts';
import { cleanUp } from '../apt/support.ts';
import { hostFor } from './support.ts';

// The whole way with the drop-ins for Arch Linux, in a network namespace without a network.

after(cleanUp);

test(
  'an image of a full cache boots, with what a drop-in adds and removes',
  { timeout: 900_000 },
  async (t) => {
    const kernel = buildable(t);
    const host = await hostFor(t);
    if (kernel === undefined || host === undefined) return;
    plantDropIn(host);
    const { initrd, report, manifest } = await offlineImage(kernel, host, scratch(t));
    assert.match(report, /Packages: \d+, 0 of them downloaded; /);
    assert.match(manifest, /"name": "strace"/);
    assert.doesNotMatch(manifest, /"name": "less"/);
    assert.match(manifest, /"manager": "pacman"/);
    const { transcript } = await bootsOn(scratch(t), kernel, initrd);
    assert.match(transcript, dropInWorked);
  },
);

test('pacman 6: an image of a full cache is packed and found able to boot', async (t) => {
  const kernel = buildable(t);
  const host = await hostFor(t, 6);
  if (kernel === undefined || host === undefined) return;
  const { initrd, report, manifest } = await offlineImage(kernel, host, scratch(t));
  assert.match(report, /Packages: \d+, 0 of them downloaded; /);
  assert.doesNotMatch(manifest, /"origin": "(?!cache)/);
  // As much as with apt; with xfsprogs and the ICU that it brings it would be 48 MiB.
  assert.ok(statSync(initrd).size < 38 * 2 ** 20, `${statSync(initrd).size} bytes`);
});

test(
  'an image of an empty cache, made of the installed system, boots',
  { timeout: 900_000 },
  async (t) => {
    const kernel = buildable(t);
    const host = await hostFor(t);
    if (kernel === undefined || host === undefined) return;
    for (const path of ['var/cache/pacman/pkg', 'var/lib/pacman/sync']) {
      rmSync(`${host}/${path}`, { recursive: true });
      mkdirSync(`${host}/${path}`);
    }
    const { initrd, report, manifest } = await offlineImage(kernel, host, scratch(t));
    assert.match(report, /(\d+), 0 of them downloaded, \1 taken from the installed system/);
    assert.doesNotMatch(manifest, /"origin": "(?!installed)/);
    await bootsOn(scratch(t), kernel, initrd);
  },
);
