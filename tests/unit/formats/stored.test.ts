import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { storedGzip, storedXz, storedZstd } from '../../../src/formats/stored.ts';
import { without } from './tools.ts';

const programs = [
  ['zstd', storedZstd],
  ['gzip', storedGzip],
  ['xz', storedXz],
] as const;

for (const [program, stored] of programs) {
  const name = `${stored.name}() makes what ${program} unpacks, whatever the size of the chunks`;
  test(name, { skip: without(program) }, () => {
    for (const sizes of [[], [0], [1], [65_535, 65_536], [65_537, 3], [300_000, 0, 131_072]]) {
      const chunks = sizes.map((size, at) =>
        Buffer.from(Uint8Array.from({ length: size }, (_, index) => (index * 7 + at) % 251)),
      );
      const input = Buffer.concat([...stored(chunks)]);
      const { status, stdout, stderr } = spawnSync(program, ['-dc'], { input });
      assert.equal(status, 0, `${sizes.join()}: ${stderr.toString()}`);
      assert.ok(stdout.equals(Buffer.concat(chunks)), sizes.join());
    }
  });
}
