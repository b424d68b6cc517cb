import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { test } from 'node:test';
import { entryFiles } from '../../../src/formats/loader-entry.ts';
import { absolutePath, type AbsolutePath } from '../../../src/model/brands.ts';
import type { Sys } from '../../../src/model/sys.ts';
import { asPrevious } from '../../../src/place/boot-entry.ts';
import { BuildError } from '../../../src/model/errors.ts';
import { hasBooted } from '../../../src/place/booted.ts';
import { makeEntryRoom } from '../../../src/place/entry-room.ts';
import { foreseeRoom } from '../../../src/place/foresee-room.ts';
import { place } from '../../../src/place/place.ts';
import { rescuePlace } from '../../../src/place/rescue-place.ts';
import { giveUpRescue, removeRescue, rescueKernel } from '../../../src/place/rescue-files.ts';
import { cutAnywhere, dyingAfter } from '../../helpers/power-cut.ts';
import type { Tree } from '../../helpers/scratch.ts';
import { beforeBoot, machine, type Machine } from './machine.ts';

/** A boot loader that is told of kernels in its own way. */
interface Loader {
  /** Where the partition with its files is mounted, and what a path in its menu begins with there. */
  readonly partition: string;
  readonly menu: AbsolutePath;
  readonly directory: AbsolutePath;
  readonly tree: Tree;
  /** Lines of the menu that name the rescue image's files, as `entryFiles` reads them. */
  readonly named: (text: string) => string;
  readonly text: string;
}

const mainOf = (version: string, linux: string, more = ''): string =>
  `title      Debian\nversion    ${version}\nsort-key   debian\noptions    root=/dev/disk/by-id/x-0123456789abcdef\nlinux      ${linux}\n${more}`;

function systemdBoot(version: string): Loader {
  const files = `/token/${version}`;
  const initrds = `initrd     ${files}/ucode.img\ninitrd     ${files}/initrd\ndevicetree ${files}/board.dtb\n`;
  return {
    partition: '/efi',
    menu: absolutePath(`/efi/loader/entries/token-${version}+3.conf`),
    directory: absolutePath('/efi/token/pkginitrd-rescue'),
    text: '/efi/loader/entries/token-0-pkginitrd-rescue.conf',
    tree: {
      [`efi/loader/entries/token-${version}+3.conf`]: mainOf(version, `${files}/linux`, initrds),
      [`efi${files}/linux`]: `kernel ${version}`,
      [`efi${files}/board.dtb`]: `board ${version}`,
      [`efi${files}/initrd`]: 'own',
    },
    named: (text) => text,
  };
}

function fedora(version: string): Loader {
  const initrd = `initrd     /sub/boot/initramfs-${version}.img $tuned_initrd\nid id-${version}\n`;
  return {
    partition: '/boot',
    menu: absolutePath(`/boot/loader/entries/id-${version}.conf`),
    directory: absolutePath('/boot/pkginitrd-rescue'),
    text: '/boot/loader/entries/id-0-pkginitrd-rescue.conf',
    tree: {
      [`boot/loader/entries/id-${version}.conf`]: mainOf(
        version,
        `/sub/boot/vmlinuz-${version}`,
        initrd,
      ),
      [`boot/vmlinuz-${version}`]: `kernel ${version}`,
    },
    named: (text) => text.replaceAll('/sub/boot/', '/'),
  };
}

function grub(): Loader {
  return {
    partition: '/boot',
    menu: absolutePath('/boot/grub/grub.cfg'),
    directory: absolutePath('/boot/pkginitrd-rescue'),
    text: '/boot/grub/pkginitrd-rescue.cfg',
    tree: { 'boot/grub/grub.cfg': 'menu' },
    named: (text) =>
      text
        .replace(/set pkginitrd_rescue_linux='(.*)'/, 'linux /pkginitrd-rescue/$1')
        .replace(/set pkginitrd_rescue_initrd='(.*)'/, 'initrd /pkginitrd-rescue/$1'),
  };
}

const loaders = { 'systemd-boot': systemdBoot, "Fedora's GRUB": fedora, "Debian's GRUB": grub };

const kernels: Tree = { 'usr/linux-6.1': 'kernel 6.1', 'usr/linux-6.2': 'kernel 6.2' };

/** Places a rescue image for a kernel. */
async function put(
  sys: Sys,
  loader: Loader,
  content: string,
  version = '6.1',
): ReturnType<typeof place> {
  const bytes = Buffer.from(content);
  const found = rescuePlace(sys, version, loader.menu);
  assert.ok(found !== undefined);
  assert.deepEqual([found.directory, found.text], [loader.directory, loader.text]);
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
      destination: {
        type: 'rescue',
        directory: found.directory,
        name: `initrd-${version}`,
        kernelImage: absolutePath(`/usr/linux-${version}`),
        place: found,
      },
      kernelImage: undefined,
      output: { format: 'cpio', name: 'initrd' },
      kernelVersion: version,
      keepPrevious: true,
    },
  );
}

/** What the rescue image boots, file by file; undefined where a menu has none. */
function boots({ root }: Machine, { text, named, partition, menu }: Loader): string | undefined {
  if (!existsSync(`${root}${text}`)) return undefined;
  const files = entryFiles(named(readFileSync(`${root}${text}`, 'utf8')));
  assert.ok(files.length > 1, `${menu}: it names no kernel and initrd`);
  return files
    .map(({ path }) => {
      const file = `${root}${partition}${path}`;
      return existsSync(file) ? readFileSync(file, 'utf8') : `no ${path}`;
    })
    .join(' ');
}

const left = ({ root }: Machine, { directory }: Loader): readonly string[] =>
  existsSync(`${root}${directory}`)
    ? readdirSync(`${root}${directory}`).map((name) => name.replace(/-[0-9a-f]{16}$/, '-*'))
    : [];

test('The rescue image has its own kernel, and an entry behind all others', async (t) => {
  const loader = systemdBoot('6.1');
  const host = machine(t, { ...kernels, ...loader.tree });
  const { path } = await put(host.sys, loader, 'rescue');
  assert.match(path, /^\/efi\/token\/pkginitrd-rescue\/initrd-6\.1-[0-9a-f]{16}$/);
  assert.deepEqual(
    readFileSync(`${host.root}${loader.text}`, 'utf8').replaceAll(/-[0-9a-f]{16}\b/g, '-*'),
    'title      Debian (rescue initrd)\nversion    0-rescue-6.1\nsort-key   debian\noptions    root=/dev/disk/by-id/x-* pkginitrd.rescue\n' +
      'linux      /token/pkginitrd-rescue/linux-6.1-*\n' +
      'initrd     /token/pkginitrd-rescue/initrd-6.1-*\n' +
      'devicetree /token/pkginitrd-rescue/board.dtb-*\n',
  );
  assert.equal(boots(host, loader), 'kernel 6.1 rescue board 6.1');
  assert.equal(rescueKernel(host.sys, loader.directory, absolutePath(loader.text)), '6.1');
});

test('The rescue image of Fedora’s GRUB has an entry out of the kernel’s, wherever /boot is', async (t) => {
  const loader = fedora('6.1-2.fc42.x86_64');
  const host = machine(t, { 'usr/linux-6.1-2.fc42.x86_64': 'kernel', ...loader.tree });
  await put(host.sys, loader, 'rescue', '6.1-2.fc42.x86_64');
  assert.deepEqual(
    readFileSync(`${host.root}${loader.text}`, 'utf8').replaceAll(/-[0-9a-f]{16}\b/g, '-*'),
    'title      Debian (rescue initrd)\nversion    0-rescue-6.1-2.fc42.x86_64\nsort-key   debian\noptions    root=/dev/disk/by-id/x-* pkginitrd.rescue\n' +
      'linux      /sub/boot/pkginitrd-rescue/linux-6.1-2.fc42.x86_64-*\n' +
      'initrd     /sub/boot/pkginitrd-rescue/initrd-6.1-2.fc42.x86_64-*\n' +
      'id id-6.1-2.fc42.x86_64~rescue\n',
  );
  assert.equal(boots(host, loader), 'kernel rescue');
});

test('Without an entry or a menu there is no place for a rescue image', (t) => {
  const { sys } = machine(t, { 'boot/grub/grub.cfg': '', 'efi/EFI/Linux/a.efi': 'linux /x\n' });
  for (const menu of [
    '/boot/grub/grub.cfg',
    '/efi/EFI/Linux/a.efi',
    '/efi/loader/entries/a.conf',
  ]) {
    assert.equal(rescuePlace(sys, '6.1', absolutePath(menu)), undefined);
  }
  assert.equal(rescuePlace(sys, '6.1', undefined), undefined);
});

for (const [name, of] of Object.entries(loaders)) {
  const first = of('6.1');
  const both = { ...kernels, ...first.tree, ...of('6.2').tree };
  const whole = (host: Machine): string | undefined => boots(host, first)?.replace(/ board.*/, '');

  test(`${name}: the next rescue image replaces the one before, with nothing left of it`, async (t) => {
    const host = machine(t, both);
    await put(host.sys, first, 'old');
    const files = left(host, first);
    await put(host.sys, first, 'new');
    assert.equal(whole(host), 'kernel 6.1 new');
    assert.deepEqual(left(host, first), files);
    await put(host.sys, of('6.2'), 'newest', '6.2');
    assert.equal(whole(host), 'kernel 6.2 newest');
    assert.equal(left(host, first).length, files.length);
    assert.ok(left(host, first).every((file) => !file.includes('6.1')));
  });

  test(`${name}: the same once more writes nothing`, async (t) => {
    const host = machine(t, both);
    await put(host.sys, first, 'same');
    await put(dyingAfter(host.sys, 0), first, 'same');
  });

  test(`${name}: a power cut anywhere leaves the old rescue image or the new one, and the next run cleans up`, async (t) => {
    const shapes: readonly (readonly [old: string | undefined, version: string])[] = [
      [undefined, '6.1'],
      ['old', '6.1'],
      ['old', '6.2'],
    ];
    for (const [old, version] of shapes) {
      const before = old === undefined ? undefined : `kernel 6.1 ${old}`;
      const cuts: Machine[] = [];
      const count = await cutAnywhere(
        async () => {
          const host = machine(t, both);
          if (old !== undefined) await put(host.sys, first, old);
          return host;
        },
        async (host, effects) => {
          await put(dyingAfter(host.sys, effects), of(version), 'new', version);
        },
        (host) => {
          assert.ok([before, `kernel ${version} new`].includes(whole(host)), whole(host));
          cuts.push(host);
        },
      );
      assert.ok(count >= 3, `${count} effects`);
      for (const host of cuts) {
        await put(host.sys, of(version), 'new', version);
        assert.equal(whole(host), `kernel ${version} new`);
        assert.equal(new Set(left(host, first)).size, left(host, first).length);
      }
    }
  });

  test(`${name}: a power cut while the rescue image is removed leaves all of it or no entry`, async (t) => {
    const count = await cutAnywhere(
      async () => {
        const host = machine(t, both);
        await put(host.sys, first, 'old');
        return host;
      },
      async (host, effects) => {
        const { directory, text } = first;
        await removeRescue(dyingAfter(host.sys, effects), { directory, text: absolutePath(text) });
      },
      (host) => assert.ok(['kernel 6.1 old', undefined].includes(whole(host)), whole(host)),
    );
    assert.equal(count, 2);
  });

  test(`${name}: what a run that was cut off has left half written does not stay`, async (t) => {
    const host = machine(t, {
      ...both,
      [`${first.directory.slice(1)}/.initrd-6.1-0123456789abcdef.77.new`]: 'half',
    });
    await put(host.sys, first, 'new');
    assert.ok(left(host, first).every((file) => !file.startsWith('.')));
  });
}

test('A rescue image without room beside the one that is there leaves that as it is, before the build and after', async (t) => {
  const loader = systemdBoot('6.1');
  const host = machine(t, { ...kernels, ...loader.tree });
  await put(host.sys, loader, 'old');
  const free = (bytes: number): Sys => ({ ...host.sys, freeSpace: () => bytes });
  const found = rescuePlace(host.sys, '6.1', loader.menu);
  assert.ok(found !== undefined);
  const wants = (bytes: number): unknown =>
    foreseeRoom(
      free(bytes),
      {
        type: 'rescue',
        directory: found.directory,
        name: 'initrd-6.1',
        kernelImage: absolutePath('/usr/linux-6.1'),
        place: found,
      },
      absolutePath('/efi/x'),
      undefined,
      { keepPrevious: true },
    );
  // Its 3 bytes, and with the 3 that go afterwards the 13 of a kernel and the largest own image.
  assert.deepEqual(wants(13), []);
  assert.throws(() => wants(12), {
    message: 'Cannot place the rescue image in "/efi/token": 0.0 MiB wanted, 0.0 MiB free',
    hint: /^0\.0 MiB stay free for the next kernel and its image: .*Rescue=no/,
  });
  await assert.rejects(put(free(14), loader, 'newer'), /Cannot place the rescue image/);
  assert.equal(boots(host, loader), 'kernel 6.1 old board 6.1');
  await put(free(15), loader, 'newer');
  // The same once more takes no room.
  await put(free(0), loader, 'newer');
});

for (const [name, of] of Object.entries(loaders)) {
  test(`${name}: beside the rescue image stays room for the next kernel and its image`, async (t) => {
    const loader = of('6.1');
    const own = { 'boot/initrd.img-6.0': 'x'.repeat(100), 'efi/token/6.0/initrd': 'x'.repeat(100) };
    const host = machine(t, { ...kernels, ...loader.tree, ...own });
    const board = name === 'systemd-boot' ? 9 : 0;
    // The rescue image and its kernel, and as much for the next.
    const wanted = 10 + board + 5 + 10 + 100;
    const free = (bytes: number): Sys => ({ ...host.sys, freeSpace: () => bytes });
    await assert.rejects(put(free(wanted - 1), loader, 'image'), /Cannot place the rescue image/);
    assert.equal(boots(host, loader), undefined);
    await put(free(wanted), loader, 'image');
    // Once there, the room that the old one leaves counts.
    await put(free(15 + 110 - 5 - 10), loader, 'other');
  });
}

for (const [name, of] of Object.entries(loaders)) {
  test(`${name}: files that are taken away while they are written leave the entry as it is`, async (t) => {
    const loader = of('6.1');
    const host = machine(t, { ...kernels, ...loader.tree });
    const taken: Sys = {
      ...host.sys,
      writeAtomically: async (path, chunks, mode) => {
        const written = await host.sys.writeAtomically(path, chunks, mode);
        if (path.includes('/initrd-')) {
          const [linux] = readdirSync(`${host.root}${loader.directory}`).filter((each) =>
            each.startsWith('linux-'),
          );
          rmSync(`${host.root}${loader.directory}/${linux}`);
        }
        return written;
      },
    };
    await assert.rejects(put(taken, loader, 'rescue'), /linux-6\.1-[0-9a-f]+ went away meanwhile/);
    assert.equal(boots(host, loader), undefined);
  });
}

test('A rescue image that another run writes is not given up', async (t) => {
  const loader = grub();
  const host = machine(t, { ...kernels, ...loader.tree });
  await put(host.sys, loader, 'rescue');
  const asked: unknown[] = [];
  let isBusy = true;
  const sys: Sys = {
    ...host.sys,
    freeSpace: () => 0,
    lock: async (subject, { waitSeconds }) => {
      asked.push([subject, waitSeconds]);
      if (isBusy) throw new BuildError('Cannot start: another build is running');
      return { release: () => asked.push('released') };
    },
  };
  assert.equal(await giveUpRescue(sys, loader.directory, 5), undefined);
  assert.equal(boots(host, loader), 'kernel 6.1 rescue');
  isBusy = false;
  assert.match((await giveUpRescue(sys, loader.directory, 5)) ?? '', /^Removed/);
  assert.deepEqual(asked, [[loader.directory, 0], [loader.directory, 0], 'released']);
});

test('A kernel whose version ends as a counter of tries does has its own place', (t) => {
  const { sys } = machine(t, { ...systemdBoot('6.1').tree, ...systemdBoot('6.1+6').tree });
  const menuOf = (name: string) => absolutePath(`/efi/loader/entries/${name}`);
  const found = rescuePlace(sys, '6.1+6', menuOf('token-6.1+6+3.conf'));
  assert.equal(found?.directory, '/efi/token/pkginitrd-rescue');
  assert.equal(found.text, '/efi/loader/entries/token-0-pkginitrd-rescue.conf');
  const uncounted = machine(t, {
    'efi/loader/entries/token-6.1+6.conf': mainOf('6.1+6', '/token/6.1+6/linux'),
    'efi/token/6.1+6/linux': '',
  }).sys;
  const text = rescuePlace(uncounted, '6.1+6', menuOf('token-6.1+6.conf'))?.text;
  assert.equal(text, '/efi/loader/entries/token-0-pkginitrd-rescue.conf');
  // The entry of the one is no place for the other.
  assert.equal(rescuePlace(uncounted, '6.1', menuOf('token-6.1+6.conf')), undefined);
});

test('An entry made in a boot of one of ours does not hand its word on', async (t) => {
  const loader = systemdBoot('6.1');
  const main = loader.tree['efi/loader/entries/token-6.1+3.conf'];
  assert.ok(typeof main === 'string');
  for (const [words, kept] of [
    ['pkginitrd.rescue', ''],
    ['a  pkginitrd.previous pkginitrd.rescue b', ' a  b'],
    ['x.pkginitrd.rescue pkginitrd.rescue=1', ' x.pkginitrd.rescue pkginitrd.rescue=1'],
  ] as const) {
    const text: string = main.replace(/^(options.*)$/m, `$1 ${words}`);
    const host = machine(t, {
      ...{ ...kernels, ...loader.tree },
      'efi/loader/entries/token-6.1+3.conf': text,
    });
    await put(host.sys, loader, 'rescue');
    const options = (of: string): string => /^options +(?:\S+)(.*)$/m.exec(of)?.[1] ?? '';
    const rescue = readFileSync(`${host.root}${loader.text}`, 'utf8');
    assert.equal(options(rescue), `${kept} pkginitrd.rescue`);
    assert.equal(options(asPrevious(text)), `${kept} pkginitrd.previous`);
  }
});

const entry = {
  kernelVersion: '6.1',
  bootRoot: absolutePath('/efi'),
  name: 'token-6.1',
  directory: absolutePath('/efi/token/6.1'),
};

for (const [commandLine, isGone] of [
  ['', true],
  ['pkginitrd.rescue', false],
] as const) {
  test(`A kernel's own image has the room of the rescue image where there is no other: ${commandLine}`, async (t) => {
    const loader = systemdBoot('6.1');
    const tree = { ...kernels, ...loader.tree, 'staging/initrd': 'x' };
    const host = machine(t, tree, { commandLine });
    await put(host.sys, loader, 'rescue');
    const isThere = (): boolean => existsSync(`${host.root}${loader.text}`);
    const sys: Sys = { ...host.sys, freeSpace: () => (isThere() ? 20 : 40) };
    const adding = (keptBytes: number) => ({ sources: [], keptBytes });
    assert.deepEqual(await makeEntryRoom(sys, entry, adding(20)), []);
    assert.ok(isThere());
    // In vain nothing goes.
    await assert.rejects(makeEntryRoom(sys, entry, adding(90)), /it stays as it is/);
    assert.ok(isThere());
    const made = makeEntryRoom(sys, entry, adding(30));
    if (isGone) {
      assert.deepEqual(await made, [
        'Removed the rescue image in "/efi/token/pkginitrd-rescue" to make room',
      ]);
    } else {
      await assert.rejects(made, /it stays as it is/);
    }
    assert.equal(isThere(), !isGone);
    assert.equal(existsSync(`${host.root}${loader.directory}`), !isGone);
  });
}

test('An image in /boot has the room of the rescue image, too', async (t) => {
  const loader = grub();
  const host = machine(t, { ...kernels, ...loader.tree });
  await put(host.sys, loader, 'rescue');
  const sys: Sys = {
    ...host.sys,
    freeSpace: () => (existsSync(`${host.root}${loader.text}`) ? 4 : 40),
  };
  const bytes = Buffer.from('a large one');
  const { warnings } = await place(
    sys,
    {
      chunks: [bytes],
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      unpackedBytes: 0,
      entries: async function* none() {},
    },
    {
      destination: {
        type: 'boot',
        directory: absolutePath('/boot'),
        name: 'initrd.img-6.1',
        holdsImageOf: 'kernel',
      },
      kernelImage: undefined,
      output: { format: 'cpio', name: 'initrd' },
      kernelVersion: '6.1',
      keepPrevious: true,
    },
  );
  assert.deepEqual(warnings, ['Removed the rescue image in "/boot/pkginitrd-rescue" to make room']);
});

test('Two systems on one ESP have a rescue image each', async (t) => {
  const loader = systemdBoot('6.1');
  const other = {
    'efi/loader/entries/other-0-pkginitrd-rescue.conf':
      'linux /other/pkginitrd-rescue/linux-6.1-0123456789abcdef\n',
    'efi/other/pkginitrd-rescue/linux-6.1-0123456789abcdef': 'theirs',
  };
  const host = machine(t, { ...kernels, ...loader.tree, ...other });
  await put(host.sys, loader, 'ours');
  await removeRescue(host.sys, { directory: loader.directory });
  assert.deepEqual(left(host, loader), []);
  for (const file of Object.keys(other)) assert.ok(existsSync(`${host.root}/${file}`), file);
});

test('A rescue image of which a file is gone is none', async (t) => {
  const loader = grub();
  const host = machine(t, { ...kernels, ...loader.tree });
  await put(host.sys, loader, 'rescue');
  const kernel = (): string | undefined =>
    rescueKernel(host.sys, loader.directory, absolutePath(loader.text));
  assert.equal(kernel(), '6.1');
  const [initrd] = readdirSync(`${host.root}${loader.directory}`);
  rmSync(`${host.root}${loader.directory}/${initrd}`);
  assert.equal(kernel(), undefined);
});

test('A boot of the rescue image says nothing of the kernel’s own', (t) => {
  const image = absolutePath('/boot/initrd.img-6.1');
  for (const [commandLine, expected] of [
    ['', true],
    ['pkginitrd.rescue', false],
  ] as const) {
    const host = machine(t, { 'boot/initrd.img-6.1': 'x' }, { commandLine });
    utimesSync(`${host.root}${image}`, beforeBoot, beforeBoot);
    assert.equal(hasBooted(host.sys, '6.1', image), expected);
  }
});
