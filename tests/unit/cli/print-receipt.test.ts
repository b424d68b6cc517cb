import assert from 'node:assert/strict';
import test from 'node:test';
import { printReceipt } from '../../../src/cli/print-receipt.ts';
import { absolutePath } from '../../../src/model/brands.ts';
import type { ResolvedPackage } from '../../../src/model/packages.ts';
import type { Receipt } from '../../../src/model/receipt.ts';

function pack(name: string, size: number, origin: 'cache' | 'network' = 'cache'): ResolvedPackage {
  return { name, version: '1', architecture: 'amd64', size, origin, hostVersion: undefined };
}

const file = absolutePath('/var/tmp/x');
const receipt: Receipt = {
  image: absolutePath('/boot/initrd'),
  bytes: 41 * 1024 * 1024,
  kernelVersion: '6.12.48',
  parts: [
    {
      name: 'base',
      compression: 'zstd',
      file,
      bytes: 30 * 1024 * 1024,
      unpackedBytes: 100 * 1024 * 1024,
      entries: 2000,
    },
    { name: 'host', compression: 'zstd', file, bytes: 512, unpackedBytes: 1024, entries: 1 },
  ],
  origins: [{ part: 'base', from: { type: 'cached', by: 'unchanged' } }],
  packages: [pack('udev', 2048), pack('systemd', 3 * 1024 * 1024, 'network')],
  modules: 276,
  firmware: 1,
  missingFirmware: [],
  steps: [
    { name: 'plan', milliseconds: 120 },
    { name: 'packages', milliseconds: 3400 },
  ],
  warnings: [],
};

test('printReceipt says where the image is, what is in it, and what took how long', () => {
  assert.equal(
    printReceipt(receipt),
    `Initrd for 6.12.48: /boot/initrd (41.0 MiB)
Parts
  base  30.0 MiB  of 100.0 MiB  2000 entries  from the cache
  host     512 B    of 1.0 KiB  1 entry
Packages: 2, 1 of them downloaded; the largest
  3.0 MiB  systemd  1
  2.0 KiB  udev     1
Kernel: 276 modules, 1 firmware file
Time: 3.5 s
  120 ms  plan
   3.4 s  packages
`,
  );
});

test('printReceipt lists the ten largest packages, missing firmware and warnings', () => {
  const packages = Array.from({ length: 12 }, (_, index) => pack(`p${index}`, index));
  const text = printReceipt({
    ...receipt,
    packages,
    missingFirmware: ['a.bin', 'b.bin'],
    warnings: ['The image is large'],
  });
  assert.match(text, /Packages: 12, 0 of them downloaded/);
  assert.match(text, / {2}11 B {2}p11 /);
  assert.match(text, / p2 /);
  assert.doesNotMatch(text, / p1 /);
  assert.match(text, /Firmware not found: 2\n {2}a\.bin b\.bin\n/);
  assert.match(text, /Warnings\n {2}The image is large\n$/);
});
