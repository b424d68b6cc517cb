import assert from 'node:assert/strict';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { parseBootRecord } from '../../../src/formats/boot-record.ts';

const head = 'pkginitrd boot record 1\nkernel 6.12\n';

test('parseBootRecord() takes a record that tells little, and passes over what it does not know', () => {
  const found = parseBootRecord(
    gzipSync(`${head}weather fine\nprofiles \nmodules \ndisk\ndevice x y\n`),
  );
  assert.deepEqual(found, {
    kernelVersion: '6.12',
    imageKernel: null,
    isGeneric: null,
    time: null,
    image: null,
    commandLine: '',
    profiles: null,
    modules: null,
    neverCame: [],
    failed: [],
    disks: [],
    undriven: [],
    journal: [],
  });
});

test('parseBootRecord() knows an image without profiles from one that does not say', () => {
  const image = `image ${'0'.repeat(64)}\n`;
  assert.deepEqual(parseBootRecord(gzipSync(`${head}${image}profiles \n`))?.profiles, []);
});

test('parseBootRecord() keeps what would move a cursor away from the reader', () => {
  const found = parseBootRecord(
    gzipSync(`${head}command-line a\u001b[2Jb\nnever-came /dev/\u202ex\njournal\n\u0007beep\n`),
  );
  assert.equal(found?.commandLine, 'a [2Jb');
  assert.deepEqual(found?.neverCame, ['/dev/ x']);
  assert.deepEqual(found?.journal, [' beep']);
});

test('parseBootRecord() takes nothing else for a record', () => {
  const whole = gzipSync(`${head}journal\n${'x'.repeat(1000)}\n`);
  for (const bytes of [
    Buffer.of(),
    Buffer.from(head),
    whole.subarray(0, -9),
    gzipSync('pkginitrd boot record 2\nkernel 6\n'),
    gzipSync('pkginitrd boot record 1\n'),
    // As large as nothing that keep-record writes.
    gzipSync(head + 'x'.repeat(1.1 * 2 ** 20)),
  ]) {
    assert.equal(parseBootRecord(bytes), undefined);
  }
});

test('parseBootRecord() reads names as udev writes them, without what would move a cursor', () => {
  const found = parseBootRecord(
    gzipSync(
      `${head}disk sda1 1 ext4 FS_LABEL_ENC=My\\x20\\xc3\\xa4\\x1b[2J PART_ENTRY_NAME=a\\x2fb\n`,
    ),
  );
  assert.deepEqual(
    found?.disks.map(({ label, partitionLabel }) => [label, partitionLabel]),
    [['My ä [2J', 'a/b']],
  );
});

test('parseBootRecord() takes a bounded number of each, whatever was written', () => {
  const many = ['never-came /dev/x', 'disk sda 1 ext4', 'failed a b', 'device a b c'];
  const lines = many.flatMap((line) => Array.from({ length: 8000 }, () => line));
  const found = parseBootRecord(gzipSync(`${head}${lines.join('\n')}\n`));
  assert.deepEqual(
    [found?.neverCame, found?.disks, found?.failed, found?.undriven].map((each) => each?.length),
    [200, 200, 200, 200],
  );
});

test('parseBootRecord() knows for whom an image was', () => {
  for (const [line, isGeneric] of [
    ['image-for any', true],
    ['image-for host', false],
    ['image-for x', null],
  ] as const) {
    assert.equal(parseBootRecord(gzipSync(`${head}${line}\n`))?.isGeneric, isGeneric);
  }
});
