import assert from 'node:assert/strict';
import test from 'node:test';
import { directory, file, goodImage, link, put, verifyTrees, type Image } from './build-image.ts';

const units = 'usr/lib/systemd/system';

async function findings(change: (image: Image) => void): Promise<readonly string[]> {
  const image = goodImage();
  change(image);
  const { findings: found } = await verifyTrees(image);
  return found.map(({ severity, message }) => `${severity}: ${message}`);
}

function unit({ base }: Image, name: string, ...lines: readonly string[]): void {
  put(base, file(`${units}/${name}`, [...lines, ''].join('\n')));
}

/** Units that are whole files, and have lost what they said of their neighbours. */
const lost: readonly (readonly [name: string, lines: readonly string[], unreached: string])[] = [
  ['initrd.target', ['garbage'], 'initrd-parse-etc.service'],
  ['initrd.target', ['[Unit]', 'Description=Initrd'], 'sysinit.target'],
  ['initrd.target', ['Requires=basic.target'], 'initrd-root-fs.target'],
  ['sysinit.target', ['garbage'], 'systemd-udevd.service'],
  ['initrd-switch-root.target', ['[Unit]', 'AllowIsolate=yes'], 'initrd-switch-root.service'],
  ['initrd-parse-etc.service', ['[Service]', 'ExecStart=systemctl'], 'initrd-cleanup.service'],
  ['initrd-cleanup.service', ['[Service]', 'ExecStart=systemctl'], 'initrd-switch-root.target'],
];

for (const [name, lines, unreached] of lost) {
  test(`verifyImage refuses an image whose ${name} is "${lines.join(' ')}"`, async () => {
    const found = await findings((image) => unit(image, name, ...lines));
    const message = `error: Nothing on the way from initrd.target starts "${unreached}", so that systemd does not reach the real root`;
    assert.ok(found.includes(message), found.join('\n'));
  });
}

test('verifyImage refuses a target that systemd is not allowed to go over to', async () => {
  for (const value of ['', 'AllowIsolate=no', 'AllowIsolate=yes\nAllowIsolate=0']) {
    const wants = 'Wants=initrd-switch-root.service';
    const found = await findings((image) =>
      unit(image, 'initrd-switch-root.target', '[Unit]', wants, value),
    );
    assert.deepEqual(found, [
      'error: Unit "initrd-switch-root.target" has no AllowIsolate=yes, so that systemd does not go over to it',
    ]);
  }
});

const trigger = 'systemd-udev-trigger.service';

/** A dependency by a link, and what takes it away. */
const masks: Readonly<Record<string, readonly (readonly [path: string, target: string])[]>> = {
  'leads to /dev/null': [[`${units}/sysinit.target.wants/${trigger}`, '/dev/null']],
  'leads to an empty file': [[`${units}/sysinit.target.wants/${trigger}`, '/usr/share/empty']],
  'gives way to a mask in /etc': [
    [`${units}/sysinit.target.wants/${trigger}`, `../${trigger}`],
    [`etc/systemd/system/sysinit.target.wants/${trigger}`, '/dev/null'],
  ],
};

for (const [what, links] of Object.entries(masks)) {
  test(`verifyImage refuses an image where a link to a unit of the way ${what}`, async () => {
    const found = await findings((image) => {
      unit(image, 'sysinit.target', '[Unit]', 'Wants=systemd-udevd.service');
      put(image.base, file('usr/share/empty', ''), ...links.map(([path, to]) => link(path, to)));
    });
    assert.ok(
      found.some((line) =>
        line.startsWith(`error: Nothing on the way from initrd.target starts "${trigger}"`),
      ),
      found.join('\n'),
    );
  });
}

test('verifyImage knows a mask of /etc in an image with and without a /dev', async () => {
  for (const name of ['systemd-udevd.service', '60-persistent-storage.rules']) {
    const place = name.endsWith('.rules') ? 'etc/udev/rules.d' : 'etc/systemd/system';
    const found = await findings(({ base }) => put(base, link(`${place}/${name}`, '/dev/null')));
    assert.match(found.join('\n'), new RegExp(`error: .*"${name}".* masked`));
    const withDev = await findings(({ base }) =>
      put(base, directory('dev'), link(`${place}/${name}`, '/dev/null')),
    );
    assert.deepEqual(withDev, found);
  }
});

const wayParts = ['systemd-udev-trigger.service', 'systemd-udevd.service'];

/** Other ways to say the same. */
const found: Readonly<Record<string, (image: Image) => void>> = {
  'by links in .wants': (image) => {
    unit(image, 'sysinit.target', 'garbage');
    for (const name of wayParts) {
      put(image.base, link(`${units}/sysinit.target.wants/${name}`, `../${name}`));
    }
  },
  'by a link that leads nowhere': (image) => {
    unit(image, 'sysinit.target', '[Unit]', 'Wants=systemd-udevd.service');
    put(image.base, link(`${units}/sysinit.target.wants/${trigger}`, '/gone'));
  },
  'by a link in /etc before a mask': (image) => {
    unit(image, 'sysinit.target', '[Unit]', 'Wants=systemd-udevd.service');
    put(
      image.base,
      link(`etc/systemd/system/sysinit.target.wants/${trigger}`, `/${units}/${trigger}`),
      link(`${units}/sysinit.target.wants/${trigger}`, '/dev/null'),
    );
  },
  'by links of /etc': (image) => {
    unit(image, 'sysinit.target', 'garbage');
    for (const name of wayParts) {
      put(
        image.base,
        link(`etc/systemd/system/sysinit.target.requires/${name}`, `/${units}/${name}`),
      );
    }
  },
  'by a drop-in': (image) => {
    unit(image, 'sysinit.target', 'garbage');
    unit(image, 'sysinit.target.d/own.conf', '[Unit]', `Wants=${wayParts.join(' ')}`);
  },
  'by what every service requires': (image) => {
    unit(image, 'basic.target', 'garbage');
    unit(image, 'own.service', '[Service]', 'ExecStart=systemctl');
    put(image.base, link(`${units}/basic.target.wants/own.service`, '../own.service'));
  },
  'by OnSuccess=': (image) =>
    unit(
      image,
      'initrd-parse-etc.service',
      ...['[Unit]', 'OnSuccess=initrd-cleanup.service', '[Service]', 'ExecStart=systemctl'],
    ),
};

for (const [what, change] of Object.entries(found)) {
  test(`verifyImage sees that a unit is started ${what}`, async () => {
    assert.deepEqual(await findings(change), []);
  });
}

test('verifyImage does not count what a service requires that has no default dependencies', async () => {
  const errors = await findings((image) => {
    for (const name of ['initrd-parse-etc', 'initrd-cleanup', 'initrd-switch-root']) {
      unit(image, `${name}.service.d/own.conf`, '[Unit]', 'DefaultDependencies=no');
    }
    unit(image, 'basic.target', 'garbage');
  });
  assert.match(errors[0] ?? '', /starts "sysinit\.target"/);
});
