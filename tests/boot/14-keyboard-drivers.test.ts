import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { encodeHead, dataPadding, encodeTrailer, contentSize } from '../../src/formats/newc.ts';
import type { Entry } from '../../src/model/image.ts';
import { busybox } from '../helpers/busybox.ts';
import { type Kernel, kernelBelow, machineKernel } from '../helpers/kernel.ts';
import { need } from '../helpers/need.ts';
import { cache } from '../helpers/paths.ts';
import { boot } from '../helpers/qemu.ts';
import { scratch } from '../helpers/scratch.ts';
import { hosts } from '../hosts/hosts.ts';
import { select } from '../hosts/select.ts';

const kernels = {
  "the machine's kernel": machineKernel(),
  "Debian 13's kernel": kernelBelow(join(cache, 'trixie')),
};

// Which devices hid-generic leaves to another driver shows only while they are there: each is, one after the other.
for (const [name, kernel] of Object.entries(kernels)) {
  test(
    `every USB keyboard that a chosen driver names gets a driver, ${name}`,
    { timeout: 900_000 },
    async (t) => {
      if (!need(t, kernel, 'no kernels: run tests/helpers/setup.sh') || kernel === undefined)
        return;
      const { names } = select(t, hosts['a virtio virtual machine'], kernel);
      const ids = usbKeyboards(kernel).filter(({ driver }) => names.has(driver));
      assert.ok(ids.length > 200, `${ids.length} ids`);
      const initrd = join(scratch(t), 'initrd');
      writeFileSync(initrd, guest(kernel, names, [...ids, nobodys, gameController]));
      const booted = await boot({
        kernel: kernel.image,
        initrd,
        commandLine: 'quiet',
        until: /^TRIED (\d+)$/m,
        timeout: 600_000,
      });
      assert.equal(booted.end, 'reached', booted.transcript);
      assert.match(booted.transcript, new RegExp(`^TRIED ${ids.length + 2}$`, 'm'));
      assert.deepEqual(booted.transcript.match(/^DEAD .*$/gm) ?? [], ['DEAD 0079:0011 hid_dr']);
    },
  );

  test(`an image for any machine has the driver of every USB keyboard, ${name}`, (t) => {
    if (!need(t, kernel, 'no kernels: run tests/helpers/setup.sh') || kernel === undefined) return;
    const without = driversOutside(t, kernel);
    // Drivers outside the folder of HID are monitors of pumps and power supplies.
    assert.deepEqual(
      without.filter((driver) => driver.startsWith('hid_')),
      [],
    );
  });
}

const nobodys = { vendor: 0xfff0, product: 1, driver: 'hid_generic' };
// Left out on purpose: it shows that a driver which is not there would be noticed.
const gameController = { vendor: 0x79, product: 0x11, driver: 'hid_dr' };

function driversOutside(t: TestContext, kernel: Kernel): readonly string[] {
  const { names } = select(t, hosts['a virtio virtual machine'], kernel, { generic: true });
  const drivers = usbKeyboards(kernel).map(({ driver }) => driver);
  return [...new Set(drivers)].filter((driver) => !names.has(driver)).sort();
}

interface UsbKeyboard {
  readonly vendor: number;
  readonly product: number;
  /** The module that names it. */
  readonly driver: string;
}

/** The USB devices that drivers of HID know by vendor and product; a keyboard may have any of these numbers. */
function usbKeyboards(kernel: Kernel): readonly UsbKeyboard[] {
  const text = readFileSync(join(modulesOf(kernel), 'modules.alias'), 'utf8');
  const known = /^alias hid:b0003g\S*v0000([0-9A-F]{4})p0000([0-9A-F]{4}) (\S+)$/gm;
  return [...text.matchAll(known)].map(([, vendor = '', product = '', driver = '']) => ({
    vendor: Number.parseInt(vendor, 16),
    product: Number.parseInt(product, 16),
    driver,
  }));
}

function modulesOf(kernel: Kernel): string {
  return join(kernel.root, 'usr/lib/modules', kernel.version);
}

function guest(
  kernel: Kernel,
  chosen: ReadonlySet<string>,
  keyboards: readonly UsbKeyboard[],
): Buffer {
  const drivers = keyboards.map(({ driver }) => driver).filter((driver) => chosen.has(driver));
  const modules = loadOrder(kernel, new Set(['uhid', ...drivers]));
  const file = (path: string, bytes: Uint8Array, mode = 0o644): Entry => {
    return { ...common, path, mode, type: 'file', content: { type: 'bytes', bytes } };
  };
  const directory = (path: string): Entry => ({ ...common, path, mode: 0o755, type: 'directory' });
  return cpio([
    ...['bin', 'dev', 'proc', 'sys', 'modules'].map(directory),
    file('bin/busybox', readFileSync(busybox()), 0o755),
    ...modules.map((path) => file(`modules/${basename(path)}`, unpacked(path))),
    file('order', Buffer.from(modules.map((path) => `/modules/${basename(path)}\n`).join(''))),
    file('names', Buffer.from(keyboards.map((each) => `${nameOf(each)}\n`).join(''))),
    file('events', Buffer.concat(keyboards.map(plugged))),
    file('init', Buffer.from(init), 0o755),
  ]);
}

const common = { uid: 0, gid: 0, mtime: 0 };

function unpacked(path: string): Buffer {
  const bytes = readFileSync(path);
  return path.endsWith('.xz')
    ? execFileSync('xz', ['-dc'], { input: bytes, maxBuffer: 2 ** 26 })
    : bytes;
}

function nameOf({ vendor, product, driver }: UsbKeyboard): string {
  return [vendor, product].map((id) => id.toString(16).padStart(4, '0')).join(':') + ` ${driver}`;
}

/** Drivers and what plugs keyboards in from user space, behind what they need. */
function loadOrder(kernel: Kernel, drivers: ReadonlySet<string>): readonly string[] {
  const directory = modulesOf(kernel);
  const order = new Set<string>();
  const lines = readFileSync(join(directory, 'modules.dep'), 'utf8').trim().split('\n');
  for (const line of lines) {
    const [path = '', needed = ''] = line.split(':');
    const name = basename(path)
      .replace(/\.ko.*$/, '')
      .replaceAll('-', '_');
    if (!drivers.has(name)) continue;
    // modules.dep names a module's dependencies from the nearest to the farthest; the farthest is loaded first.
    for (const each of needed.trim().split(' ').reverse()) if (each !== '') order.add(each);
    order.add(path);
  }
  return [...order].map((path) => join(directory, path));
}

const eventBytes = 4 + 4372;

/** UHID_CREATE2 of linux/uhid.h for a keyboard of six keys. */
function plugged({ vendor, product }: UsbKeyboard): Buffer {
  const event = Buffer.alloc(eventBytes);
  event.writeUInt32LE(11, 0);
  event.write('keyboard', 4);
  event.writeUInt16LE(descriptor.length, 260);
  event.writeUInt16LE(3, 262);
  event.writeUInt32LE(vendor, 264);
  event.writeUInt32LE(product, 268);
  descriptor.copy(event, 280);
  return event;
}

// The boot keyboard of HID 1.11, appendix E.6.
const descriptor = Buffer.from(
  '05010906a101050719e029e71500250175019508810295017508810195067508150025650507190029658100c0',
  'hex',
);

const init = `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
exec </dev/console >/dev/console 2>&1
while read -r module; do
  /bin/busybox insmod "$module" || echo "DEAD module $module"
done </order
tried=0
while read -r name; do
  exec 3<>/dev/uhid
  /bin/busybox dd if=/events bs=${eventBytes} skip=$tried count=1 >&3 2>/dev/null
  bound=
  for attempt in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    for device in /sys/bus/hid/devices/*; do
      [ ! -e "$device/driver" ] || bound=yes
    done
    [ -z "$bound" ] || break
    /bin/busybox usleep 20000
  done
  # Some drivers take only what hangs on a real USB controller, and refuse this one by name.
  [ -n "$bound" ] || [ -e "/sys/module/\${name#* }" ] || echo "DEAD $name"
  exec 3>&-
  tried=$((tried + 1))
  # The next one must not find the last one's driver.
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    set -- /sys/bus/hid/devices/*
    [ -e "$1" ] || break
    /bin/busybox usleep 20000
  done
done </names
echo "TRIED $tried"
/bin/busybox poweroff -f
`;

function cpio(entries: readonly Entry[]): Buffer {
  const chunks = entries.flatMap((entry, index) => {
    const head = encodeHead(entry, index + 1);
    if (entry.type !== 'file' || entry.content.type !== 'bytes') return [head];
    return [head, entry.content.bytes, dataPadding(contentSize(entry))];
  });
  return Buffer.concat([...chunks, encodeTrailer()]);
}
