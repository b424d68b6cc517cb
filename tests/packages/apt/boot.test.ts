import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { buildable } from '../../helpers/boots-root.ts';
import { bootsOn, dropInWorked, offlineImage, plantDropIn } from '../../helpers/offline-image.ts';
import { scratch } from '../../helpers/scratch.ts';
import { cleanUp, skip } from './support.ts';
import { fillCache, systemHost, type SystemHost } from './system-host.ts';

// The whole way with the drop-ins for Debian, in a network namespace without a network.

let host: SystemHost;

before(async () => {
  if (skip === false) host = await systemHost(['strace']);
});

after(cleanUp);

test(
  'the image of an empty cache, made of the installed system, boots',
  { skip, timeout: 900_000 },
  async (t) => {
    const kernel = buildable(t);
    if (kernel === undefined) return;
    const { initrd, report, manifest } = await offlineImage(kernel, host.root, scratch(t));
    assert.match(report, /(\d+), 0 of them downloaded, \1 taken from the installed system/);
    assert.doesNotMatch(manifest, /"origin": "(?!installed)/);
    await bootsOn(scratch(t), kernel, initrd);
  },
);

test(
  'the image of a full cache boots, with what a drop-in adds and removes',
  { skip, timeout: 900_000 },
  async (t) => {
    const kernel = buildable(t);
    if (kernel === undefined) return;
    fillCache(host);
    plantDropIn(host.root);
    const { initrd, report, manifest } = await offlineImage(kernel, host.root, scratch(t));
    rmSync(`${host.root}/etc/pkginitrd`, { recursive: true });
    assert.match(report, /Packages: \d+, 0 of them downloaded; /);
    assert.doesNotMatch(manifest, /"origin": "(?!cache)/);
    assert.match(manifest, /"name": "strace"/);
    assert.doesNotMatch(manifest, /"name": "less"/);
    assert.match(manifest, /"manager": "apt"/);
    const { transcript } = await bootsOn(scratch(t), kernel, initrd);
    assert.match(transcript, dropInWorked);
  },
);
