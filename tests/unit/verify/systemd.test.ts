import assert from 'node:assert/strict';
import test from 'node:test';
import type { Entry } from '../../../src/model/image.ts';
import {
  file,
  goodImage,
  type Image,
  link,
  program,
  put,
  verifyTrees,
  VERSION,
} from './build-image.ts';

const units = 'usr/lib/systemd/system';
const rules = 'usr/lib/udev/rules.d';
const modules = `usr/lib/modules/${VERSION}`;

async function errorsOf(change: (image: Image) => void): Promise<readonly string[]> {
  const image = goodImage();
  change(image);
  const { findings } = await verifyTrees(image);
  return findings.map(({ severity, message }) => `${severity}: ${message}`);
}

const waysOut: Readonly<Record<string, (entry: Entry) => Entry | undefined>> = {
  removed: () => undefined,
  masked: ({ path }) => link(path, '/dev/null'),
  'masked by a relative link': ({ path }) =>
    link(path, `${'../'.repeat(path.split('/').length - 1)}dev/null`),
  empty: (entry) => withContent(entry, ''),
};

const programFaults: typeof waysOut = {
  ...waysOut,
  'not executable': (entry) => ({ ...entry, mode: 0o644 }),
  text: (entry) => withContent(entry, 'garbage\n'),
  truncated: (entry) =>
    withContent(entry, contentOf(entry).subarray(0, contentOf(entry).length / 2)),
  'of another machine': ({ path }) => program(path, { type: 2, machine: 183 }),
};

const neededUnits = [
  ...['initrd.target', 'basic.target', 'sysinit.target', 'initrd-root-fs.target'],
  ...['initrd-parse-etc.service', 'initrd-cleanup.service', 'initrd-switch-root.target'],
  ...['initrd-switch-root.service', 'systemd-udevd.service', 'systemd-udev-trigger.service'],
  'systemd-udevd-kernel.socket',
].map((name) => `${units}/${name}`);

const neededPrograms = [
  ...['usr/bin/mount', 'usr/bin/systemctl', 'usr/bin/udevadm', 'usr/sbin/modprobe'],
  ...['usr/lib/systemd/systemd', 'usr/lib/systemd/systemd-executor'],
  ...['usr/lib/systemd/systemd-udevd'],
  'usr/lib/systemd/system-generators/systemd-fstab-generator',
];

const fsck = program('usr/sbin/fsck', { type: 2 });
for (const fault of ['text', 'empty', 'of another machine'] as const) {
  test(`An image whose fsck is ${fault} is refused: the root would not be mounted`, async () => {
    const errors = await errorsOf(({ base }) => put(base, programFaults[fault]?.(fsck) ?? fsck));
    assert.ok(
      errors.some((line) => line.startsWith('error: Cannot start "/usr/sbin/fsck", and systemd')),
      errors.join('\n'),
    );
  });
}

test('An image without fsck, or with one that nobody may run, goes without the check', async () => {
  assert.deepEqual(await errorsOf(() => {}), []);
  assert.deepEqual(await errorsOf(({ base }) => put(base, { ...fsck, mode: 0o644 })), []);
  assert.deepEqual(await errorsOf(({ base }) => put(base, fsck)), []);
});

const neededRules = ['60-persistent-storage', '80-drivers', '99-systemd'].map(
  (name) => `${rules}/${name}.rules`,
);

/** kmod and the kernel have names below these built in. */
const neededLinks = ['lib', 'sbin'];

const tables = [
  [neededUnits, waysOut],
  [neededLinks, waysOut],
  [neededPrograms, programFaults],
  [neededRules, { ...waysOut, text: programFaults['text'] ?? waysOut['empty'] }],
  [[`${modules}/modules.alias.bin`], programFaults],
  [
    [`${modules}/kernel/libata.ko.xz`],
    { ...waysOut, text: (entry: Entry) => withContent(entry, 'x') },
  ],
] as const;

for (const [paths, faults] of tables) {
  for (const path of paths) {
    test(`verifyImage refuses an image whose ${path} is not as it should be`, async () => {
      for (const [kind, harm] of Object.entries(faults)) {
        // An index is no program.
        if (path.endsWith('.bin') && /machine|executable/.test(kind)) continue;
        const found = await errorsOf((image) => {
          putVersion(image, 257);
          const tree = image.base.has(path) ? image.base : image.kernel;
          const entry = tree.get(path);
          assert.ok(entry !== undefined, path);
          const harmed = harm?.(entry);
          if (harmed === undefined) tree.delete(path);
          else put(tree, harmed);
        });
        assert.ok(
          found.some((line) => line.startsWith('error: ')),
          `${kind}: ${found.join('\n')}`,
        );
      }
    });
  }
}

const sysinit = '[Unit]\nWants=systemd-udev-trigger.service systemd-udevd.service\n';

const fine: Readonly<Record<string, (image: Image) => void>> = {
  'a masked unit that nothing requires': ({ base }) =>
    put(base, link(`${units}/x.service`, '/dev/null')),
  'a default.target that leads nowhere': ({ base }) =>
    put(base, link(`${units}/default.target`, 'x')),
  'a unit of /etc in the place of a masked one': ({ base }) =>
    put(
      base,
      link(`${units}/sysinit.target`, '/dev/null'),
      file('etc/systemd/system/sysinit.target', sysinit),
    ),
  'a link that leads nowhere before the unit itself': ({ base }) =>
    put(base, link('etc/systemd/system/sysinit.target', '/gone')),
  'a unit by another name': ({ base }) => {
    base.delete(`${units}/sysinit.target`);
    put(
      base,
      link(`${units}/sysinit.target`, 'other.target'),
      file(`${units}/other.target`, sysinit),
    );
  },
  'an ExecStart= that a drop-in replaces': ({ base }) =>
    put(
      base,
      file(`${units}/initrd-cleanup.service`, '[Service]\nExecStart=/gone\n'),
      file(
        'etc/systemd/system/initrd-cleanup.service.d/local.conf',
        '[Service]\nExecStart=\nExecStart=@systemctl name isolate initrd-switch-root.target\n',
      ),
    ),
  'systemd before version 255, without an executor': (image) => {
    image.base.delete('usr/lib/systemd/systemd-executor');
    putVersion(image, 252);
  },
  'udevd as a link to udevadm': ({ base }) => {
    base.delete('usr/lib/systemd/systemd-udevd');
    put(base, link('usr/lib/systemd/systemd-udevd', '../../bin/udevadm'));
  },
  'a service that a condition keeps from running': ({ base }) =>
    put(
      base,
      file(
        `${units}/initrd.target.wants/c.service`,
        '[Unit]\nConditionPathExists=/x\n[Service]\nExecStart=/x\n',
      ),
    ),
};

for (const [what, change] of Object.entries(fine)) {
  test(`verifyImage accepts ${what}`, async () => {
    assert.deepEqual(await errorsOf(change), []);
  });
}

test('verifyImage warns of a program that only a wished-for unit calls', async () => {
  const found = await errorsOf(({ base }) =>
    put(
      base,
      file(`${units}/wish.service`, '[Service]\nExecStart=/usr/bin/gone\n'),
      link(`${units}/initrd.target.wants/wish.service`, '../wish.service'),
    ),
  );
  assert.deepEqual(found, [
    'warning: Cannot start "/usr/bin/gone", and unit "wish.service" runs it: "usr/bin/gone" is missing',
  ]);
});

test('verifyImage refuses an image where a unit that is required by a link cannot start', async () => {
  const found = await errorsOf(({ base }) =>
    put(
      base,
      file(`${units}/own.service`, '[Service]\nExecStart=/usr/bin/gone\n'),
      link(`${units}/initrd.target.requires/own.service`, '../own.service'),
    ),
  );
  assert.deepEqual(found, [
    'error: Cannot start "/usr/bin/gone", and unit "own.service" runs it: "usr/bin/gone" is missing',
  ]);
});

test('verifyImage refuses a service on the way that has no ExecStart=', async () => {
  const found = await errorsOf(({ base }) =>
    put(base, file(`${units}/initrd-switch-root.service`, 'garbage\n')),
  );
  assert.deepEqual(found, [
    'error: Unit "initrd-switch-root.service" has no ExecStart=, so that systemd cannot start it',
  ]);
});

test('verifyImage refuses a socket on the way that listens on nothing', async () => {
  for (const text of ['garbage\n', '[Unit]\nDescription=x\n', '[Socket]\nService=x.service\n']) {
    const found = await errorsOf(({ base }) =>
      put(base, file(`${units}/systemd-udevd-kernel.socket`, text)),
    );
    assert.deepEqual(found, [
      'error: Unit "systemd-udevd-kernel.socket" has no Listen setting, so that systemd cannot start it',
    ]);
  }
});

test('verifyImage warns where a failed boot would end without a shell', async () => {
  const found = await errorsOf(({ base }) => {
    base.delete('usr/bin/sulogin');
    base.delete(`${units}/emergency.target`);
  });
  assert.deepEqual(
    found.filter((line) => !line.startsWith('warning: ')),
    [],
  );
  assert.equal(found.length, 2);
});

function putVersion({ base }: Image, version: number): void {
  const name = `libsystemd-shared-${version}.so`;
  put(
    base,
    program(`usr/lib/systemd/${name}`, {}),
    program('usr/lib/systemd/systemd', { needed: [name], runpath: '$ORIGIN' }),
  );
}

function withContent(entry: Entry, content: string | Uint8Array): Entry {
  return { ...file(entry.path, content), mode: entry.mode };
}

function contentOf(entry: Entry): Uint8Array {
  return entry.type === 'file' && entry.content.type === 'bytes'
    ? entry.content.bytes
    : Buffer.alloc(0);
}
