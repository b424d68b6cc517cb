import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { build } from 'esbuild';
import { scratch } from '../helpers/scratch.ts';

const MiB = 1 << 20;
const size = 300 * MiB;
// More than zstd looks back at this level, so that the file is as large when it is compressed.
const block = randomBytes(4 * MiB);

const makeRequire =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

// KiB; without care for what V8 does not count, each step takes as much as the file.
const most = 146_000;

for (const compression of ['zstd', 'none'] as const) {
  test(`an image with a file of 300 MiB, ${compression}, is written, verified and placed in little memory`, async (t) => {
    const directory = scratch(t);
    const source = join(directory, 'large');
    const fd = openSync(source, 'w');
    for (let at = 0; at < size; at += block.length) writeSync(fd, block);
    closeSync(fd);
    const outfile = join(directory, 'image.mjs');
    const contents = `
      import { readFileSync } from 'node:fs';
      import { treeDigest } from '../../src/cache/tree-digest.ts';
      import { codec } from '../../src/compress/compress.ts';
      import { readParts } from '../../src/image/parts.ts';
      import { concatenate, writePart } from '../../src/image/write-image.ts';
      import { makeSys } from '../../src/sys/sys.ts';
      import { verifyImage } from '../../src/verify/verify.ts';

      const sys = makeSys({ searchPath: process.env.PATH });
      const packing = codec(sys);
      treeDigest(sys, '${source}');
      peak('digested');
      const common = { mode: 0o644, uid: 0, gid: 0, mtime: 0 };
      const content = { type: 'file', source: '${source}', size: ${size} };
      const part = await writePart(
        sys,
        { name: 'base', compression: '${compression}', level: 1 },
        [{ ...common, path: 'large', type: 'file', content }],
        '${directory}',
        packing,
      );
      peak('written');
      const { bytes, unpackedBytes } = await verifyImage({
        image: concatenate(sys, [part]),
        decompress: (compression, chunks) => packing.decompress(chunks, compression),
        expect: { kernelVersion: '1', modules: [] },
        owners: new Map(),
      });
      peak('verified');
      await sys.writeAtomically('${directory}/initrd', concatenate(sys, [part]), 0o600);
      peak('placed');
      await sys.writeTree('${directory}/tree', readParts(sys, [part], packing));
      peak('unpacked');
      console.log(bytes - part.bytes < 4, unpackedBytes, '');

      function peak(when) {
        const status = readFileSync('/proc/self/status', 'utf8');
        console.log(when, /VmHWM:\\s*(\\d+)/.exec(status)[1]);
      }
    `;
    await build({
      stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
      banner: { js: makeRequire },
      ...{ outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' },
    });
    const { stdout, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8' });
    const lines = stdout.trim().split('\n');
    assert.equal(lines.pop()?.trim(), `true ${size}`, stderr);
    assert.equal(lines.length, 5);
    for (const line of lines) assert.ok(Number(line.split(' ')[1]) < most, stdout);
    assert.equal(statSync(join(directory, 'tree/large')).size, size);
  });
}
