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
    gzipSync(head + 'x'.repeat(5 * 2 ** 20)),
  ]) {
    assert.equal(parseBootRecord(bytes), undefined);
  }
});
