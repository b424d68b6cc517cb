import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { absolutePath, kernelVersion } from '../../../src/model/brands.ts';
import { findPrevious } from '../../../src/place/find-previous.ts';
import { foreseeRoom } from '../../../src/place/foresee-room.ts';
import { place } from '../../../src/place/place.ts';
import { placePrebuilt } from '../../../src/place/prebuilt.ts';
import { bootImage, swapFiles } from '../../../src/place/previous-file.ts';
import { cutAnywhere, dyingAfter } from '../../helpers/power-cut.ts';
import { beforeBoot, machine, type Machine } from './machine.ts';

const boot = absolutePath('/boot');
const name = 'initrd.img-6.1';
const files = bootImage(absolutePath(`${boot}/${name}`), '6.1');

function put(
  { sys }: Machine,
  content: string,
  {
    kernelVersion = '6.1',
    keepPrevious = true,
    file = `initrd.img-${kernelVersion}`,
    holdsImageOf = 'kernel',
  }: {
    kernelVersion?: string;
    keepPrevious?: boolean;
    file?: string;
    holdsImageOf?: 'kernel' | 'another';
  } = {},
): ReturnType<typeof place> {
  const bytes = Buffer.from(content);
  return place(
    sys,
    {
      chunks: [bytes],
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      unpackedBytes: 0,
      entries: async function* none() {},
    },
    {
      destination: { type: 'boot', directory: boot, name: file, holdsImageOf },
      kernelImage: undefined,
      output: { format: 'cpio', name: 'initrd' },
      kernelVersion,
      keepPrevious,
    },
  );
}

/** The image and the previous one. */
function images({ root }: Machine, file = name): readonly (string | undefined)[] {
  return [file, `previous-${file}`].map((each) =>
    existsSync(`${root}/boot/${each}`) ? readFileSync(`${root}/boot/${each}`, 'utf8') : undefined,
  );
}

function hasBooted({ root }: Machine, file = name): void {
  utimesSync(`${root}/boot/${file}`, beforeBoot, beforeBoot);
}

test('place() keeps the image that it replaces in /boot, whoever made it, with its mode', async (t) => {
  const host = machine(t, { [`boot/${name}`]: 'theirs' });
  await put(host, 'first');
  assert.deepEqual(images(host), ['first', 'theirs']);
  assert.equal(statSync(`${host.root}/boot/${name}`).mode & 0o777, 0o600);
});

test('place() keeps one that booted until another has', async (t) => {
  const host = machine(t, { [`boot/${name}`]: 'theirs' });
  hasBooted(host);
  await put(host, 'first');
  await put(host, 'second');
  assert.deepEqual(images(host), ['second', 'theirs']);
  hasBooted(host);
  await put(host, 'third');
  assert.deepEqual(images(host), ['third', 'second']);
});

test('place() knows of boots of other kernels by what was noted of them', async (t) => {
  const digest = createHash('sha256').update('second').digest('hex');
  const host = machine(t, {
    'boot/initrd.img-6.2': 'old',
    'boot/previous-initrd.img-6.2': 'older',
  });
  await put(host, 'second', { kernelVersion: '6.2' });
  assert.deepEqual(images(host, 'initrd.img-6.2'), ['second', 'older']);
  writeBooted(host, '6.2', `0000\n${digest}\n`);
  await put(host, 'third', { kernelVersion: '6.2' });
  assert.deepEqual(images(host, 'initrd.img-6.2'), ['third', 'second']);
});

function writeBooted({ sys }: Machine, kernel: string, text: string): void {
  sys.root(absolutePath('/')).write(`/var/lib/pkginitrd/booted/${kernel}`, text, 0o600);
}

test('place() on a machine that came up with the previous image does not push it out', async (t) => {
  const host = machine(
    t,
    { [`boot/${name}`]: 'bad', [`boot/previous-${name}`]: 'good' },
    { commandLine: 'quiet pkginitrd.previous' },
  );
  hasBooted(host);
  await put(host, 'new');
  assert.deepEqual(images(host), ['new', 'good']);
});

test('place() of the same image makes no new previous one', async (t) => {
  const host = machine(t, { [`boot/${name}`]: 'same', [`boot/previous-${name}`]: 'older' });
  hasBooted(host);
  await put(host, 'same');
  assert.deepEqual(images(host), ['same', 'older']);
});

test('place() removes what runs that were cut off have left of the same image', async (t) => {
  const halves = { 'boot/.initrd.img-6.1.77.new': '', 'boot/.previous-initrd.img-6.1.8.new': '' };
  const host = machine(t, { ...halves, 'boot/.initrd.img-6.2.77.new': '', 'boot/.x.new': '' });
  await put(host, 'new');
  assert.deepEqual(readdirSync(`${host.root}/boot`).sort(), [
    '.initrd.img-6.2.77.new',
    '.x.new',
    name,
  ]);
});

test('place() with KeepPrevious=no keeps none', async (t) => {
  const host = machine(t, { [`boot/${name}`]: 'old', [`boot/previous-${name}`]: 'older' });
  await put(host, 'new', { keepPrevious: false });
  assert.deepEqual(images(host), ['new', undefined]);
});

test('place() keeps nothing of an older kernel whose image has the same name', async (t) => {
  const file = 'initramfs-linux.img';
  const host = machine(t, { [`boot/${file}`]: 'of 6.0', [`boot/previous-${file}`]: 'of 6.0' });
  await put(host, 'of 6.1', { file, holdsImageOf: 'another' });
  assert.deepEqual(images(host, file), ['of 6.1', undefined]);
  await put(host, 'newer', { file });
  assert.deepEqual(images(host, file), ['newer', 'of 6.1']);
});

test('place() of another kernel’s image takes the room of the previous one, which goes in any case', async (t) => {
  const file = 'initramfs-linux.img';
  const tree = { [`boot/${file}`]: 'of 6.0', [`boot/previous-${file}`]: 'of 6.0' };
  const host = machine(t, tree);
  const tight = {
    ...host,
    sys: {
      ...host.sys,
      freeSpace: () => (readdirSync(`${host.root}/boot`).includes(`previous-${file}`) ? 5 : 11),
    },
  };
  const destination = {
    type: 'boot',
    directory: boot,
    name: file,
    holdsImageOf: 'another',
  } as const;
  const warned = (keepPrevious: boolean, holdsImageOf: 'kernel' | 'another') =>
    foreseeRoom(
      tight.sys,
      { ...destination, holdsImageOf },
      absolutePath(`/boot/${file}`),
      undefined,
      { keepPrevious },
    ).length;
  assert.equal(warned(true, 'kernel'), 1);
  assert.equal(warned(true, 'another') + warned(false, 'kernel'), 0);
  await put(tight, 'of 6.1', { file, holdsImageOf: 'another' });
  assert.deepEqual(images(host, file), ['of 6.1', undefined]);
});

test('A prebuilt initrd has the one that it replaces kept, and room made, as a built one', async (t) => {
  const into = (holdsImageOf: 'kernel' | 'another') =>
    ({
      kernelVersion: kernelVersion('6.1'),
      source: absolutePath('/opt/initrd'),
      target: files.path,
      destination: { type: 'boot', directory: boot, name, holdsImageOf },
    }) as const;
  const tree = { 'opt/initrd': 'shipped', [`boot/${name}`]: 'old', [`boot/previous-${name}`]: '' };
  const keep = { keepPrevious: true };
  const host = machine(t, tree);
  hasBooted(host);
  assert.deepEqual(await placePrebuilt(host.sys, into('kernel'), keep), []);
  assert.deepEqual(images(host), ['shipped', 'old']);
  const other = machine(t, tree);
  await placePrebuilt(other.sys, into('another'), keep);
  assert.deepEqual(images(other), ['shipped', undefined]);
  const full = machine(t, tree, { free: () => 0 });
  await assert.rejects(placePrebuilt(full.sys, into('kernel'), keep), /Cannot place the image/);
  assert.deepEqual(images(full), ['old', '']);
});

test('findPrevious() knows the kernels of images by the names of all distributions', (t) => {
  const { sys } = machine(t, {
    'usr/lib/modules/6.1-2.fc42/modules.dep': '',
    'usr/lib/modules/6.1/modules.dep': '',
    'usr/lib/modules/6.1-arch1/pkgbase': 'linux\n',
    'usr/lib/modules/6.0-lts/pkgbase': 'linux-lts\n',
    'boot/previous-initrd.img-6.1': '',
    'boot/previous-initrd.img-5.9-gone': '',
    'boot/previous-initramfs-6.1-2.fc42.img': '',
    'boot/previous-initramfs-linux.img': '',
    'boot/previous-initramfs-linux-lts.img': '',
    'boot/previous-initrd-6.1': '',
    'boot/previous-photograph': '',
  });
  const found = findPrevious(sys).map((each) => {
    assert.equal(each.type, 'file');
    return [each.type === 'file' ? each.image.path : '', each.kernelVersion];
  });
  assert.deepEqual(Object.fromEntries(found), {
    '/boot/initrd.img-6.1': '6.1',
    '/boot/initrd.img-5.9-gone': '5.9-gone',
    '/boot/initramfs-6.1-2.fc42.img': '6.1-2.fc42',
    '/boot/initramfs-linux.img': '6.1-arch1',
    '/boot/initramfs-linux-lts.img': '6.0-lts',
    '/boot/initrd-6.1': '6.1',
  });
});

test('place() makes room by previous images of kernels whose own one boots, and says so', async (t) => {
  const tree = {
    [`boot/${name}`]: 'current',
    'boot/initrd.img-6.2': 'booted',
    'boot/previous-initrd.img-6.2': 'x',
    'boot/initrd.img-6.3': 'never booted',
    'boot/previous-initrd.img-6.3': 'y',
  };
  const noted = createHash('sha256').update('booted').digest('hex');
  const host = machine(t, tree);
  writeBooted(host, '6.2', noted);
  writeBooted(host, '6.3', noted);
  const listed = (): readonly string[] => readdirSync(`${host.root}/boot`);
  const tight = {
    ...host,
    sys: {
      ...host.sys,
      freeSpace: () => (listed().includes('previous-initrd.img-6.2') ? 0 : 100),
    },
  };
  const { warnings } = await put(tight, 'new');
  assert.deepEqual(warnings, [
    'Removed "/boot/previous-initrd.img-6.2", the previous image of 6.2, to make room',
  ]);
  const full = { ...host, sys: { ...host.sys, freeSpace: () => 0 } };
  await assert.rejects(put(full, 'newest'), /Cannot place the image in "\/boot": 0\.0 MiB wanted/);
  assert.deepEqual(images(host), ['new', 'current']);
  assert.deepEqual(images(host, 'initrd.img-6.3'), ['never booted', 'y']);
});

/** All states of a machine in which the power is cut, as texts of the two files. */
async function cuts(
  t: TestContext,
  start: Readonly<Record<string, string>>,
  work: (host: Machine) => Promise<unknown>,
): Promise<readonly string[]> {
  const states: string[] = [];
  await cutAnywhere(
    () => {
      const host = machine(t, start);
      hasBooted(host);
      return host;
    },
    async (host, effects) => {
      await work({ ...host, sys: dyingAfter(host.sys, effects) });
    },
    (host) => states.push(images(host).join(' ')),
  );
  return states;
}

test('A power cut while an image in /boot is replaced leaves the old or the new one, whole', async (t) => {
  const start = { [`boot/${name}`]: 'old', [`boot/previous-${name}`]: 'older' };
  assert.deepEqual(await cuts(t, start, (host) => put(host, 'new')), [
    'old older',
    'old older',
    'old old',
    'new old',
  ]);
});

test('swapFiles() exchanges; a second call returns; one that was cut off is finished by the next', async (t) => {
  const start = { [`boot/${name}`]: 'new', [`boot/previous-${name}`]: 'old' };
  const host = machine(t, start);
  swapFiles(host.sys, files);
  assert.deepEqual(images(host), ['old', 'new']);
  swapFiles(host.sys, files);
  assert.deepEqual(images(host), ['new', 'old']);
  assert.deepEqual(readdirSync(`${host.root}/boot`).sort(), [name, `previous-${name}`]);

  const states = await cuts(t, start, async ({ sys }) => swapFiles(sys, files));
  assert.deepEqual(states, ['new old', 'new old', 'old old', 'old new', 'old new']);
  const ended: string[] = [];
  await cutAnywhere(
    () => machine(t, start),
    async ({ sys }, effects) => swapFiles(dyingAfter(sys, effects), files),
    (cut, effects) => {
      if (effects > 3) return;
      swapFiles(cut.sys, files);
      ended.push(images(cut).join(' '));
    },
  );
  assert.deepEqual(ended, ['old new', 'old new', 'old new', 'old new']);
});

test('an image in /boot of a machine that never ran its kernel is kept as well', async (t) => {
  const host = machine(t, { boot: null });
  await put(host, 'first', { kernelVersion: '6.9' });
  await put(host, 'second', { kernelVersion: '6.9' });
  assert.deepEqual(images(host, 'initrd.img-6.9'), ['second', 'first']);
});
