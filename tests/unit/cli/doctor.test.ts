import assert from 'node:assert/strict';
import test from 'node:test';
import {
  printLastBoot,
  printLastBootJson,
  type LastBoot,
} from '../../../src/cli/print-last-boot.ts';
import { run, usageError } from './command-line.ts';

test('doctor takes --last-boot, and wants it', async () => {
  const plain = { type: 'doctor', hostRoot: '/', format: 'text', debug: false };
  assert.deepEqual(await run(['doctor', '--last-boot']), plain);
  assert.deepEqual(await run(['doctor', '--last-boot', '--json', '--host-root=x']), {
    ...plain,
    hostRoot: '/home/u/x',
    format: 'json',
  });
  assert.equal((await run(['doctor', '--help'])).type, 'text');
  assert.match((await usageError(['doctor']))[0], /expected "--last-boot"/);
  assert.match((await usageError(['doctor', 'x']))[0], /"doctor" takes options only/);
});

const device = { bus: 'virtio', name: 'virtio0', modalias: 'virtio:d2', modules: [] };
const lastBoot: LastBoot = {
  record: {
    kernelVersion: '6.12',
    imageKernel: '6.12',
    isGeneric: null,
    time: '2026-11-27T19:16:03Z',
    image: null,
    commandLine: 'root=UUID=1',
    profiles: [],
    modules: [],
    neverCame: ['/dev/disk/by-uuid/1'],
    failed: [{ unit: 'a.service', result: 'exit-code', status: 203, program: '/usr/bin/x' }],
    disks: [
      {
        ...{ name: 'sda1', mebibytes: 100, type: 'ext4', uuid: 'u', label: null },
        ...{ partitionUuid: null, partitionLabel: null },
      },
    ],
    undriven: [device],
    journal: Array.from({ length: 25 }, (_, index) => `line ${index}`),
  },
  image: '/boot/initrd.img-6.12',
  isCompared: true,
  diagnoses: [
    {
      leftOut: { type: 'driver', module: 'virtio_blk', device },
      isTakenNow: true,
      lines: [
        {
          of: null,
          remark: {
            type: 'excluded',
            by: {
              type: 'pattern',
              at: { type: 'file', file: '/etc/pkginitrd/5.conf', line: 2 },
              word: '-virtio_blk',
            },
          },
        },
      ],
    },
  ],
  observations: [{ type: 'not among the disks', device: '/dev/disk/by-uuid/1' }],
};

test('printLastBoot() says what was waited for, what there was, and the line that left something out', () => {
  const lines = printLastBoot(lastBoot).split('\n');
  assert.deepEqual(lines.slice(0, 15), [
    'A boot of kernel 6.12 stopped in the initrd at 2026-11-27T19:16:03Z',
    'Image: /boot/initrd.img-6.12',
    'Command line: root=UUID=1',
    'Never came',
    '  /dev/disk/by-uuid/1',
    'Failed',
    '  a.service: exit-code, /usr/bin/x',
    'Block devices',
    '  sda1  100 MiB  ext4 UUID=u',
    'Left out of that image',
    '  driver virtio_blk of the device virtio virtio0 (virtio:d2)',
    '    a build now takes it; "pkginitrd status" says what has changed',
    '    left out by /etc/pkginitrd/5.conf:2 "-virtio_blk"',
    'Besides',
    '  None of the disks is "/dev/disk/by-uuid/1": it has another name now, or what it lies on was not set up',
  ]);
  assert.deepEqual(lines.slice(15, 17), ['Journal', '  line 5']);
  assert.deepEqual(lines.slice(-3), ['  line 24', '  5 other lines: --json', '']);
});

test('printLastBoot() shows the lines of the journal that speak of a failure, where there are such', () => {
  const journal = ['a: Timed out waiting', 'kernel: ata1: link down', 'b: Failed to start', 'c: x'];
  const text = printLastBoot({ ...lastBoot, record: { ...lastBoot.record, journal } });
  assert.match(
    text,
    /^Journal\n {2}a: Timed out waiting\n {2}b: Failed to start\n {2}2 other lines: --json\n/m,
  );
});

test('printLastBoot() says that there is no record, and that nothing was seen to be left out', () => {
  assert.equal(printLastBoot(undefined), 'No boot that failed has left a record\n');
  const nothing = printLastBoot({ ...lastBoot, diagnoses: [], observations: [] });
  assert.match(nothing, /^Nothing is seen that was left out/m);
});

test('printLastBootJson() has the data with the sentences, and all of the journal', () => {
  const { lastBoot: shown } = JSON.parse(printLastBootJson(lastBoot));
  assert.equal(shown.record.journal.length, 25);
  assert.equal(shown.leftOut[0].module, 'virtio_blk');
  assert.match(shown.leftOut[0].lines[0].text, /5\.conf:2/);
  assert.equal(JSON.parse(printLastBootJson(undefined)).lastBoot, null);
});
