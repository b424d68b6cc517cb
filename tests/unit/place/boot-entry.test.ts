import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { test, type TestContext } from 'node:test';
import { entryFiles } from '../../../src/formats/loader-entry.ts';
import { absolutePath } from '../../../src/model/brands.ts';
import type { Sys } from '../../../src/model/sys.ts';
import { makeEntryRoom } from '../../../src/place/entry-room.ts';
import { findPrevious } from '../../../src/place/find-previous.ts';
import { keepEntry, planKeeping } from '../../../src/place/keep-entry.ts';
import { rollBackEntry } from '../../../src/place/roll-back-entry.ts';
import { settleEntry } from '../../../src/place/settle-entry.ts';
import { cutAnywhere, dyingAfter } from '../../helpers/power-cut.ts';
import type { Tree } from '../../helpers/scratch.ts';
import { beforeBoot, machine, type Machine } from './machine.ts';

const entry = {
  kernelVersion: '6.1',
  bootRoot: absolutePath('/efi'),
  name: 'token-6.1',
  directory: absolutePath('/efi/token/6.1'),
};
const staged = absolutePath('/staging/initrd');

const mainText = (more = ''): string =>
  `title      Debian\nversion    6.1\nsort-key   debian\noptions    root=/dev/sda\nlinux      /token/6.1/linux\ninitrd     /token/6.1/initrd\n${more}`;

const old: Tree = {
  'efi/loader/entries/token-6.1.conf': mainText(),
  'efi/token/6.1/linux': 'kernel',
  'efi/token/6.1/initrd': 'old',
  'staging/initrd': 'new',
};

/** What each entry of a menu boots, as "FILE: CONTENT…"; a file that is cut off or missing is "broken". */
function menu({ root }: Machine): Readonly<Record<string, string>> {
  const directory = `${root}/efi/loader/entries`;
  return Object.fromEntries(
    readdirSync(directory)
      .filter((name) => name.endsWith('.conf'))
      .sort()
      .map((name) => {
        const files = entryFiles(readFileSync(`${directory}/${name}`, 'utf8'));
        const contents = files.map(({ path }) => {
          const file = `${root}/efi${path}`;
          const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
          return text === '' || text.endsWith(half) ? 'broken' : text;
        });
        return [name, contents.length === 0 ? 'broken' : contents.join(' ')];
      }),
  );
}

const half = '…';

/** What kernel-install's own plugin does, in place and without a word to the disk; each step may be its last. */
function writeOver(
  { root }: Machine,
  { kernel = 'kernel', initrd = 'new', file = 'token-6.1.conf' } = {},
): readonly (() => void)[] {
  const [directory, text] = [`${root}/efi/token/6.1`, `${root}/efi/loader/entries/${file}`];
  return [
    () => writeFileSync(`${directory}/linux`, ''),
    () => writeFileSync(`${directory}/linux`, `${kernel}${half}`),
    () => writeFileSync(`${directory}/linux`, kernel),
    () => writeFileSync(`${directory}/initrd`, ''),
    () => writeFileSync(`${directory}/initrd`, `${initrd}${half}`),
    () => writeFileSync(`${directory}/initrd`, initrd),
    () => writeFileSync(text, ''),
    () => writeFileSync(text, mainText()),
  ];
}

/** A whole run of kernel-install with our plugins around its own one; `steps` of the latter's. */
async function add(
  host: Machine,
  sys: Sys = host.sys,
  {
    steps = 8,
    settle = true,
    ...content
  }: Parameters<typeof writeOver>[1] & { steps?: number; settle?: boolean } = {},
): Promise<void> {
  writeFileSync(`${host.root}/staging/initrd`, content.initrd ?? 'new');
  const keeping = planKeeping(sys, entry, staged);
  if (keeping !== undefined) await keepEntry(sys, entry, keeping);
  for (const step of writeOver(host, content).slice(0, steps)) step();
  if (settle) await settleEntry(sys, entry, { keepPrevious: true });
}

function hasBooted({ root }: Machine, ...files: readonly string[]): void {
  for (const file of files.length === 0 ? ['initrd'] : files) {
    utimesSync(`${root}/efi/token/6.1/${file}`, beforeBoot, beforeBoot);
  }
}

function ready(t: TestContext, tree: Tree = old): Machine {
  const host = machine(t, tree);
  hasBooted(host);
  return host;
}

const names = ({ root }: Machine): readonly string[] => readdirSync(`${root}/efi/token/6.1`).sort();

test('An entry that is written over stays as the previous one; the kernel, the same, is there once', async (t) => {
  const host = ready(t);
  await add(host);
  assert.deepEqual(menu(host), {
    'token-6.1-previous.conf': 'kernel old',
    'token-6.1.conf': 'kernel new',
  });
  assert.deepEqual(names(host), ['initrd', 'linux', 'previous-initrd']);
  assert.equal(
    readFileSync(`${host.root}/efi/loader/entries/token-6.1-previous.conf`, 'utf8'),
    'title      Debian (previous initrd)\nversion    6.1~previous\nsort-key   debian\n' +
      'options    root=/dev/sda pkginitrd.previous\nlinux      /token/6.1/linux\n' +
      'initrd     /token/6.1/previous-initrd\n',
  );
});

test('An entry whose kernel is another one keeps the old kernel as well', async (t) => {
  const host = ready(t);
  await add(host, host.sys, { kernel: 'rebuilt' });
  assert.deepEqual(menu(host), {
    'token-6.1-previous.conf': 'kernel old',
    'token-6.1.conf': 'rebuilt new',
  });
});

test('The first image of a kernel, and the same one once more, have no previous one', async (t) => {
  const host = machine(t, { staging: null, 'efi/loader/entries': null, 'efi/token/6.1': null });
  await add(host);
  await add(host);
  assert.deepEqual(menu(host), { 'token-6.1.conf': 'kernel new' });
  assert.deepEqual(names(host), ['initrd', 'linux']);
});

test('An entry that never booted does not push out the one that did', async (t) => {
  const host = ready(t);
  await add(host);
  await add(host, host.sys, { initrd: 'newer' });
  assert.deepEqual(menu(host), {
    'token-6.1-previous.conf': 'kernel old',
    'token-6.1.conf': 'kernel newer',
  });
  hasBooted(host);
  await add(host, host.sys, { initrd: 'newest' });
  assert.equal(menu(host)['token-6.1-previous.conf'], 'kernel newer');
  await add(host, host.sys, { initrd: 'newest' });
  assert.equal(menu(host)['token-6.1-previous.conf'], 'kernel newer');
});

test('Boot counting: an entry that was given up is not kept, and the newest text is the only one', async (t) => {
  const host = ready(t);
  await add(host, host.sys, { file: 'token-6.1+3.conf' });
  assert.deepEqual(menu(host), {
    'token-6.1+3.conf': 'kernel new',
    'token-6.1-previous.conf': 'kernel old',
  });
  const entries = `${host.root}/efi/loader/entries`;
  writeFileSync(`${entries}/token-6.1+0-3.conf`, mainText());
  rmSync(`${entries}/token-6.1+3.conf`);
  hasBooted(host);
  await add(host, host.sys, { initrd: 'newer', file: 'token-6.1+3.conf' });
  assert.deepEqual(menu(host), {
    'token-6.1+3.conf': 'kernel newer',
    'token-6.1-previous.conf': 'kernel old',
  });
});

test('KeepPrevious=no takes the previous image away', async (t) => {
  const host = ready(t);
  await add(host);
  await settleEntry(host.sys, entry, { keepPrevious: false });
  assert.deepEqual(menu(host), { 'token-6.1.conf': 'kernel new' });
  assert.deepEqual(names(host), ['initrd', 'linux']);
});

test('What a run that was cut off has left is cleaned by the next', async (t) => {
  const host = ready(t, { ...old, 'efi/token/6.1/.previous-initrd.77.new': 'half' });
  await add(host);
  assert.deepEqual(names(host), ['initrd', 'linux', 'previous-initrd']);
});

/** Every file that the power can be cut at: our own effects before and after, and each step of kernel-install's plugin between. */
async function cutEverywhere(
  fresh: () => Promise<Machine>,
  content: Parameters<typeof writeOver>[1],
  look: (host: Machine) => void,
): Promise<number> {
  const before = await cutAnywhere(
    fresh,
    (host, effects) =>
      add(host, dyingAfter(host.sys, effects), { ...content, steps: 0, settle: false }),
    look,
  );
  for (let steps = 1; steps <= 8; steps += 1) {
    const host = await fresh();
    await add(host, host.sys, { ...content, steps, settle: false });
    look(host);
  }
  const after = await cutAnywhere(
    fresh,
    async (host, effects) => {
      await add(host, host.sys, { ...content, settle: false });
      await settleEntry(dyingAfter(host.sys, effects), entry, { keepPrevious: true });
    },
    look,
  );
  return before + 8 + after;
}

const shapes: readonly (readonly [
  name: string,
  content: Parameters<typeof writeOver>[1],
  start: (host: Machine) => Promise<void>,
])[] = [
  ['the first rebuild', {}, async () => {}],
  ['another kernel', { kernel: 'rebuilt' }, async () => {}],
  ['a rebuild that never booted before', { initrd: 'newer' }, (host) => add(host)],
  [
    'a rebuild that booted before',
    { initrd: 'newer', kernel: 'rebuilt' },
    async (host) => {
      await add(host);
      hasBooted(host);
    },
  ],
  ['the same image', { initrd: 'old' }, async () => {}],
  [
    'an entry that was rolled back',
    { initrd: 'newer' },
    async (host) => {
      await add(host);
      await rollBackEntry(host.sys, entry);
    },
  ],
];

for (const [name, content, start] of shapes) {
  test(`A power cut anywhere leaves an entry that boots, and the first of the menu is not broken: ${name}`, async (t) => {
    const cuts = await cutEverywhere(
      async () => {
        const host = ready(t);
        await start(host);
        return host;
      },
      content,
      (host) => {
        const shown = menu(host);
        const [first] = [shown['token-6.1.conf'], shown['token-6.1-previous.conf']].filter(
          // An entry without a kernel is none to a boot loader.
          (each) => each !== undefined && each !== 'broken',
        );
        assert.match(
          first ?? 'none',
          /^(?:kernel|rebuilt) (?:old|new|newer)$/,
          JSON.stringify(shown),
        );
      },
    );
    assert.ok(cuts >= 12, String(cuts));
  });
}

test('rollBackEntry() exchanges by the text files alone, and a second call returns', async (t) => {
  const host = ready(t);
  assert.equal(await rollBackEntry(host.sys, entry), false);
  await add(host, host.sys, { kernel: 'rebuilt' });
  const [before, files] = [menu(host), names(host)];
  assert.equal(await rollBackEntry(host.sys, entry), true);
  assert.deepEqual(menu(host), {
    'token-6.1-previous.conf': 'rebuilt new',
    'token-6.1.conf': 'kernel old',
  });
  assert.deepEqual(names(host), files);
  assert.equal(await rollBackEntry(host.sys, entry), true);
  assert.deepEqual(menu(host), before);
});

test('A power cut while rolling back leaves both entries whole, and the next call goes on', async (t) => {
  for (const cut of [0, 1]) {
    const host = ready(t);
    await add(host);
    await assert.rejects(rollBackEntry(dyingAfter(host.sys, cut), entry));
    for (const each of Object.values(menu(host))) assert.match(each, /^kernel (?:old|new)$/);
    await rollBackEntry(host.sys, entry);
    assert.deepEqual(Object.values(menu(host)).sort(), ['kernel new', 'kernel old']);
  }
});

test('After a rollback the next build replaces what was rolled away', async (t) => {
  const host = ready(t);
  await add(host);
  await rollBackEntry(host.sys, entry);
  await add(host, host.sys, { initrd: 'newer' });
  assert.deepEqual(menu(host), {
    'token-6.1-previous.conf': 'kernel old',
    'token-6.1.conf': 'kernel newer',
  });
});

test('findPrevious() finds entries on the ESP and images in /boot', async (t) => {
  const host = ready(t, {
    ...old,
    'boot/previous-initrd.img-6.1': 'x',
    'boot/EFI/Linux/token-6.2-previous.efi': 'x',
    'usr/lib/modules/6.2': null,
    'usr/lib/modules/2': null,
  });
  await add(host);
  assert.deepEqual(
    findPrevious(host.sys).map((each) => [
      each.kernelVersion,
      each.type === 'file' ? each.image.path : each.entry,
    ]),
    [
      ['6.1', '/boot/initrd.img-6.1'],
      ['6.1', entry],
      ['6.2', '/boot/EFI/Linux/token-6.2.efi'],
    ],
  );
});

test('makeEntryRoom() counts all that is written and kept, and drops what is least needed', async (t) => {
  const host = ready(t);
  const other = {
    ...entry,
    kernelVersion: '6.0',
    name: 'token-6.0',
    directory: absolutePath('/efi/token/6.0'),
  };
  mkdirSync(`${host.root}/efi/token/6.0`, { recursive: true });
  for (const [file, text] of [
    ['loader/entries/token-6.0.conf', mainText().replaceAll('6.1', '6.0')],
    [
      'loader/entries/token-6.0-previous.conf',
      'linux /token/6.0/linux\ninitrd /token/6.0/previous-initrd\n',
    ],
    ['token/6.0/linux', 'kernel'],
    ['token/6.0/initrd', 'good'],
    ['token/6.0/previous-initrd', 'older'],
  ] as const)
    writeFileSync(`${host.root}/efi/${file}`, text);
  const previous = `${host.root}/efi/token/6.0/previous-initrd`;
  const room = (bytes: number): Sys => ({
    ...host.sys,
    freeSpace: () => bytes + (existsSync(previous) ? 0 : 5),
  });
  const sources = [{ from: staged, to: absolutePath('/efi/token/6.1/none') }];
  const adding = { sources, keptBytes: 9 };
  assert.deepEqual(await makeEntryRoom(room(12), entry, adding), []);
  // Nobody knows that 6.0 boots.
  await assert.rejects(makeEntryRoom(room(11), entry, adding), {
    message:
      'Cannot write the boot entry of 6.1 to "/efi": 0.0 MiB wanted, 0.0 MiB of it for the image of today, 0.0 MiB free; it stays as it is',
    hint: /KeepPrevious=no/,
  });
  host.sys
    .root(absolutePath('/'))
    .write(
      '/var/lib/pkginitrd/booted/6.0',
      '770e607624d689265ca6c44884d0807d9b054d23c473c106c72be9de08b7376c',
      0o600,
    );
  assert.deepEqual(await makeEntryRoom(room(11), entry, adding), [
    'Removed the previous image of 6.0 from "/efi" to make room',
  ]);
  assert.deepEqual(Object.keys(menu(host)), ['token-6.0.conf', 'token-6.1.conf']);
  assert.equal(existsSync(`${host.root}${other.directory}/initrd`), true);
});
