import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import type { Destination } from '../../../src/model/invocation.ts';
import { placeImage, placeManifest } from '../../../src/place/place.ts';
import { placePrebuilt, prebuiltInitrd } from '../../../src/place/prebuilt.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

const sys = makeSys({ searchPath: '/usr/bin:/bin' });
const bytes = Buffer.from('a new image');
const image = {
  chunks: [bytes],
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
};

test('placeImage() writes the file of that name, mode 0600', async (t) => {
  const directory = scratch(t);
  const path = await placeImage(
    sys,
    image,
    { type: 'path', directory, name: undefined },
    'initrd',
    0,
  );
  assert.equal(path, `${directory}/initrd`);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('placeImage() keeps the old image when the bytes differ from those verified', async (t) => {
  const directory = plant(scratch(t), { initrd: 'old' });
  const changed = { ...image, chunks: [Buffer.from('another image')] };
  await assert.rejects(
    placeImage(sys, changed, { type: 'path', directory, name: 'initrd' }, 'initrd', 0),
    /the image changed after it was verified/,
  );
  assert.equal(readFileSync(`${directory}/initrd`, 'utf8'), 'old');
  assert.deepEqual(readdirSync(directory), ['initrd']);
});

test('placeImage() says both numbers when the destination is too small, and writes nothing', async (t) => {
  const directory = plant(scratch(t), { initrd: 'old' });
  const full = { ...sys, freeSpace: () => 3 * 1024 * 1024 };
  await assert.rejects(
    placeImage(
      full,
      { ...image, bytes: 5 * 1024 * 1024 },
      { type: 'path', directory, name: 'initrd' },
      '',
      0,
    ),
    /5\.0 MiB wanted, 3\.0 MiB free/,
  );
  assert.equal(readFileSync(`${directory}/initrd`, 'utf8'), 'old');
});

test('placeImage() into the staging area asks for the room that kernel-install will need on $BOOT', async (t) => {
  const boot = plant(scratch(t), { 'entry/linux': 'k'.repeat(40), 'entry/initrd': 'i'.repeat(40) });
  const staging = scratch(t);
  const destination: Destination = {
    type: 'staging',
    directory: staging,
    entryDirectory: absolutePath(`${boot}/entry`),
    bootRoot: boot,
  };
  const free = (onBoot: number) => ({
    ...sys,
    freeSpace: (directory: string) => (directory === boot ? onBoot : 1e9),
  });
  // 11 bytes of image and 100 of kernel take the room of 80 that they replace.
  await placeImage(free(31), image, destination, '', 100);
  assert.equal(readFileSync(`${staging}/initrd`, 'utf8'), 'a new image');
  await assert.rejects(
    placeImage(free(30), image, destination, '', 100),
    /the kernel and the image/,
  );
});

test('placePrebuilt() stages the initrd that lies beside the kernel image', async (t) => {
  const kernel = plant(scratch(t), { vmlinuz: 'k', initrd: 'shipped' });
  const staging = scratch(t);
  const prebuilt = prebuiltInitrd(sys, absolutePath(`${kernel}/vmlinuz`));
  assert.equal(prebuilt, `${kernel}/initrd`);
  const placed = await placePrebuilt(sys, absolutePath(`${kernel}/initrd`), staging);
  assert.equal(readFileSync(placed, 'utf8'), 'shipped');
  assert.equal(statSync(placed).mode & 0o777, 0o600);
});

test('placeManifest() replaces the one of the image before', async (t) => {
  const directory = plant(scratch(t), { initrd: 'new', 'initrd.manifest.json': 'old' });
  assert.deepEqual(await placeManifest(sys, absolutePath(`${directory}/initrd`), 'new'), []);
  assert.equal(readFileSync(`${directory}/initrd.manifest.json`, 'utf8'), 'new');
});

test('placeManifest() that cannot write leaves no older one, and the image as it is', async (t) => {
  const directory = plant(scratch(t), { initrd: 'new', 'initrd.manifest.json/in-the-way': '' });
  const [warning] = await placeManifest(sys, absolutePath(`${directory}/initrd`), 'new');
  assert.match(warning ?? '', /the image has no manifest beside it$/);
  assert.deepEqual(readdirSync(directory), ['initrd']);
});
