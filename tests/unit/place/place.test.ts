import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { absolutePath, kernelVersion, type AbsolutePath } from '../../../src/model/brands.ts';
import type { Entry } from '../../../src/model/image.ts';
import type { Destination } from '../../../src/model/invocation.ts';
import { place, placeManifest, type PlaceRequest } from '../../../src/place/place.ts';
import { placePrebuilt, prebuiltInitrd } from '../../../src/place/prebuilt.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

const sys = makeSys({ searchPath: '/usr/bin:/bin' });
const bytes = Buffer.from('a new image');
const image = {
  chunks: [bytes],
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
  unpackedBytes: 0,
  entries: async function* none() {},
};

function request(destination: Destination, kernelImage?: AbsolutePath): PlaceRequest {
  return {
    destination,
    kernelImage,
    output: { format: 'cpio', name: 'initrd' },
    kernelVersion: '6.1',
    keepPrevious: true,
  };
}

test('place() writes the file of that name, mode 0600', async (t) => {
  const directory = scratch(t);
  const into = request({ type: 'path', directory, name: undefined });
  const { path } = await place(sys, image, into);
  assert.equal(path, `${directory}/initrd`);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('place() keeps the old image when the bytes differ from those verified', async (t) => {
  const directory = plant(scratch(t), { initrd: 'old' });
  const changed = { ...image, chunks: [Buffer.from('another image')] };
  await assert.rejects(
    place(sys, changed, request({ type: 'path', directory, name: 'initrd' })),
    /the image changed after it was verified/,
  );
  assert.equal(readFileSync(`${directory}/initrd`, 'utf8'), 'old');
  assert.deepEqual(readdirSync(directory), ['initrd']);
});

test('place() says both numbers when the destination is too small, and writes nothing', async (t) => {
  const directory = plant(scratch(t), { initrd: 'old' });
  const full = { ...sys, freeSpace: () => 3 * 1024 * 1024 };
  await assert.rejects(
    place(
      full,
      { ...image, bytes: 5 * 1024 * 1024 },
      request({ type: 'path', directory, name: 'initrd' }),
    ),
    /5\.0 MiB wanted, 3\.0 MiB free/,
  );
  assert.equal(readFileSync(`${directory}/initrd`, 'utf8'), 'old');
});

test('place() into the staging area asks for the room that kernel-install will need on $BOOT', async (t) => {
  const boot = plant(scratch(t), { 'entry/linux': 'k'.repeat(40), 'entry/initrd': 'i'.repeat(40) });
  const staging = scratch(t);
  const destination: Destination = {
    type: 'staging',
    directory: staging,
    layout: 'bls',
    entryDirectory: absolutePath(`${boot}/entry`),
    bootRoot: boot,
  };
  const kernel = plant(scratch(t), { vmlinuz: 'k'.repeat(100) });
  const wanted = request(destination, absolutePath(`${kernel}/vmlinuz`));
  const free = (onBoot: number) => ({
    ...sys,
    freeSpace: (directory: string) => (directory === boot ? onBoot : 1e9),
  });
  // 11 bytes of image and 100 of kernel take the room of 80 that they replace.
  await place(free(31), image, wanted);
  assert.equal(readFileSync(`${staging}/initrd`, 'utf8'), 'a new image');
  await assert.rejects(place(free(30), image, wanted), /the kernel and the image/);
});

const staged: Destination = {
  type: 'staging',
  directory: absolutePath('/staging'),
  layout: undefined,
  entryDirectory: undefined,
  bootRoot: undefined,
};

const asked = { kernelVersion: kernelVersion('6.1') };

test('placePrebuilt() stages the initrd that lies beside the kernel image', async (t) => {
  const kernel = plant(scratch(t), { vmlinuz: 'k', initrd: 'shipped' });
  const kernelImage = absolutePath(`${kernel}/vmlinuz`);
  const directory = scratch(t);
  const destination = { ...staged, directory };
  const prebuilt = prebuiltInitrd(sys, { kernelImage, destination, request: asked });
  assert.deepEqual(prebuilt, {
    ...asked,
    destination,
    source: `${kernel}/initrd`,
    target: `${directory}/initrd`,
  });
  await placePrebuilt(sys, prebuilt, { keepPrevious: true });
  assert.equal(readFileSync(`${directory}/initrd`, 'utf8'), 'shipped');
  assert.equal(statSync(`${directory}/initrd`).mode & 0o777, 0o600);
});

test('prebuiltInitrd() goes to a boot loader in /boot as well, and is none that lies there', (t) => {
  const shipped = plant(scratch(t), { vmlinuz: 'k', initrd: 'shipped' });
  const kernelImage = absolutePath(`${shipped}/vmlinuz`);
  const boot = plant(scratch(t), { vmlinuz: 'k', initrd: "somebody's" });
  const destination = {
    type: 'boot',
    directory: boot,
    name: 'initramfs-6.12.img',
    holdsImageOf: 'kernel',
  } as const;
  assert.deepEqual(prebuiltInitrd(sys, { kernelImage, destination, request: asked }), {
    ...asked,
    destination,
    source: `${shipped}/initrd`,
    target: `${boot}/initramfs-6.12.img`,
  });
  const beside = absolutePath(`${boot}/vmlinuz`);
  assert.equal(
    prebuiltInitrd(sys, { kernelImage: beside, destination, request: asked }),
    undefined,
  );
});

test('prebuiltInitrd() is for boot loaders alone, and only a file', (t) => {
  const directory = plant(scratch(t), { vmlinuz: 'k', initrd: 'shipped' });
  const kernelImage = absolutePath(`${directory}/vmlinuz`);
  const destination = { type: 'path', directory, name: undefined } as const;
  assert.equal(prebuiltInitrd(sys, { kernelImage, destination, request: asked }), undefined);
  assert.equal(
    prebuiltInitrd(sys, { kernelImage: undefined, destination: staged, request: asked }),
    undefined,
  );
  const other = plant(scratch(t), { vmlinuz: 'k', 'initrd/x': '' });
  const directoryBeside = absolutePath(`${other}/vmlinuz`);
  assert.equal(
    prebuiltInitrd(sys, { kernelImage: directoryBeside, destination: staged, request: asked }),
    undefined,
  );
});

test('place() writes a directory of what the members hold, and none for kernel-install', async (t) => {
  const directory = scratch(t);
  const output = { format: 'directory', name: 'tree' } as const;
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, mtime: 7 };
  const tree = {
    ...image,
    async *entries(): AsyncGenerator<Entry> {
      yield { ...owner, type: 'directory', path: 'etc', mode: 0o755 };
      yield { ...owner, type: 'symlink', path: 'etc/x', mode: 0o777, target: 'y' };
    },
  };
  const wanted = { ...request({ type: 'path', directory, name: undefined }), output };
  assert.deepEqual(await place(sys, tree, wanted), { path: `${directory}/tree`, warnings: [] });
  assert.equal(readlinkSync(`${directory}/tree/etc/x`), 'y');
  await assert.rejects(place(sys, tree, { ...wanted, destination: staged }), /a directory/);
});

function beside(directory: AbsolutePath): Destination {
  return { type: 'path', directory, name: 'initrd' };
}

test('placeManifest() replaces the one of the image before', async (t) => {
  const directory = plant(scratch(t), { initrd: 'new', 'initrd.manifest.json': 'old' });
  assert.deepEqual(
    await placeManifest(sys, beside(directory), absolutePath(`${directory}/initrd`), 'new'),
    [],
  );
  assert.equal(readFileSync(`${directory}/initrd.manifest.json`, 'utf8'), 'new');
});

test('placeManifest() that cannot write leaves no older one, and the image as it is', async (t) => {
  const directory = plant(scratch(t), { initrd: 'new', 'initrd.manifest.json/in-the-way': '' });
  const [warning] = await placeManifest(
    sys,
    beside(directory),
    absolutePath(`${directory}/initrd`),
    'new',
  );
  assert.match(warning ?? '', /the image has no manifest$/);
  assert.deepEqual(readdirSync(directory), ['initrd']);
});

test('placeManifest() writes none into the staging area', async (t) => {
  const directory = scratch(t);
  const image = absolutePath(`${directory}/initrd`);
  assert.deepEqual(await placeManifest(sys, { ...staged, directory }, image, 'new'), []);
  assert.deepEqual(readdirSync(directory), []);
});

test('placeManifest() of an image in /boot keeps /boot clean', async () => {
  const written: string[] = [];
  const recording = {
    ...sys,
    writeAtomically: async (path: string) => ({ bytes: written.push(path) }),
  };
  const destination = {
    type: 'boot',
    directory: absolutePath('/boot'),
    name: 'initrd.img-6.12',
    holdsImageOf: 'kernel',
  } as const;
  const image = absolutePath('/boot/initrd.img-6.12');
  assert.deepEqual(await placeManifest(recording, destination, image, 'new'), []);
  assert.deepEqual(written, ['/var/lib/pkginitrd/initrd.img-6.12.manifest.json']);
});
