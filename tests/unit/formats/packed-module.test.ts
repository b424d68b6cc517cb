import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { checkPackedModule } from '../../../src/formats/packed-module.ts';
import { storedXz, storedZstd } from '../../../src/formats/stored.ts';
import { output, without } from './tools.ts';

const content = Buffer.alloc(300_000, 'module');
const files: Readonly<Record<string, Buffer>> = {
  xz: Buffer.concat([...storedXz([content])]),
  zst: Buffer.concat([...storedZstd([content])]),
  gz: gzipSync(content),
};

for (const [suffix, bytes] of Object.entries(files)) {
  test(`checkPackedModule() takes a whole .${suffix} file, and nothing else`, () => {
    const path = `kernel/a.ko.${suffix}`;
    const complaint = { message: `it is no whole .${suffix} file, or cut off` };
    checkPackedModule(path, bytes);
    for (const wrong of [Buffer.from('x'), Buffer.from('garbage\n'), bytes.subarray(0, 10)]) {
      assert.throws(() => checkPackedModule(path, wrong), complaint);
    }
    if (suffix === 'gz') return;
    // A gzip member does not say where it ends.
    for (const length of [bytes.length / 2, bytes.length - 1]) {
      assert.throws(() => checkPackedModule(path, bytes.subarray(0, length)), complaint);
    }
  });
}

test(
  'checkPackedModule() takes what xz and zstd make',
  { skip: without('zstd') || without('xz') },
  () => {
    checkPackedModule('a.ko.xz', output(['xz', '-c', '--check=crc32'], content));
    checkPackedModule('a.ko.zst', output(['zstd', '-q', '-c', '-19'], content));
  },
);
