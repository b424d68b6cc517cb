import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { plant, scratch } from '../helpers/scratch.ts';
import { checkout } from '../helpers/paths.ts';
import { directory, rawCpio, rawEntry } from '../unit/inspect/raw-cpio.ts';

const MiB = 1 << 20;

/** An archive with a file of 160 MiB in it, the modules of a kernel and the files of a system, behind a compression. */
function writeLarge(path: string): void {
  const zstd = openSync(`${path}.cpio`, 'w');
  const head = rawEntry({ path: 'huge', data: Buffer.alloc(4) }).subarray(0, -4);
  const text = head.toString('latin1');
  const size = (160 * MiB).toString(16).padStart(8, '0');
  writeSync(zstd, Buffer.from(`${text.slice(0, 54)}${size}${text.slice(62)}`, 'latin1'));
  const piece = Buffer.alloc(MiB, 'some text that is not all zeros. ');
  for (let count = 0; count < 160; count++) writeSync(zstd, piece);
  const many = Array.from({ length: 15_000 }, (_, index) => ({
    path: `usr/lib/modules/6.1/kernel/drivers/of-some-length/module-${index}.ko.xz`,
    data: 'x'.repeat(index % 100),
  }));
  writeSync(zstd, rawCpio(directory('usr'), ...many));
  closeSync(zstd);
  const packed = spawnSync('zstd', ['-q', '-1', '--rm', `${path}.cpio`, '-o', path]);
  assert.equal(packed.status, 0, packed.stderr.toString());
}

test('list, diff and extract keep below 150 MiB with a file of 160 MiB and fifteen thousand others', async (t) => {
  const folder = plant(scratch(t), {});
  const image = join(folder, 'image');
  writeLarge(image);
  const outdir = join(folder, 'dist');
  await build({
    ...{ entryPoints: [join(checkout, 'src/main.ts')], outdir, bundle: true, splitting: true },
    ...{ platform: 'node', format: 'esm', logLevel: 'error', outExtension: { '.js': '.mjs' } },
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
  });
  // As the launcher starts it. The kernel's own maximum (getrusage(2)) would count what this process had before its exec.
  const peak = `process.on('exit', () => require('node:fs').writeSync(2, 'peak ' + /VmHWM:\\s*(\\d+)/.exec(require('node:fs').readFileSync('/proc/self/status', 'utf8'))[1]));`;
  plant(folder, { 'peak.cjs': peak });
  for (const argv of [
    ['list', image],
    ['diff', image, image],
    ['extract', image, join(folder, 'out')],
  ]) {
    const { status, stderr } = spawnSync(
      process.execPath,
      [
        '--max-semi-space-size=1',
        '--require',
        join(folder, 'peak.cjs'),
        join(outdir, 'main.mjs'),
        ...argv,
      ],
      { encoding: 'utf8', maxBuffer: 64 * MiB },
    );
    assert.equal(status, 0, stderr);
    const kilobytes = Number(/peak (\d+)/.exec(stderr)?.[1]);
    assert.ok(kilobytes < 150 * 1024, `${argv[0]}: ${kilobytes} KiB`);
  }
});
