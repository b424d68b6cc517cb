import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { concatenate } from '../../../src/image/write-image.ts';
import { absolutePath } from '../../../src/model/brands.ts';
import type { WrittenPart } from '../../../src/model/image.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { scratch } from '../../helpers/scratch.ts';

const sys = makeSys({ searchPath: '/usr/bin:/bin' });

test('concatenate() pads each part, and refuses one that is not what was read back', (t) => {
  const file = absolutePath(`${scratch(t)}/base.part`);
  writeFileSync(file, 'abcde');
  const sha256 = createHash('sha256').update('abcde').digest('hex');
  const part = {
    name: 'base',
    compression: 'none',
    file,
    bytes: 5,
    unpackedBytes: 5,
    entries: 0,
  } as const;
  const parts: readonly WrittenPart[] = [
    { ...part, sha256 },
    { ...part, name: 'host' },
  ];
  assert.equal(
    Buffer.concat([...concatenate(sys, parts)]).toString('latin1'),
    'abcde\0\0\0abcde\0\0\0',
  );
  writeFileSync(file, 'abcdf');
  assert.throws(() => [...concatenate(sys, parts)], {
    name: 'BuildError',
    message: `Cannot use the base part in "${file}": it changed after it was read back`,
  });
});
