import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import { build } from 'esbuild';
import { scratch } from '../helpers/scratch.ts';
import { buildElf, modinfoSection } from '../unit/formats/build-elf.ts';
import { file, modulesDepBin, put, VERSION } from '../unit/verify/build-image.ts';
import { verifyLarge } from '../unit/verify/large-image.ts';

const MiB = 1 << 20;
const libraries = 'usr/lib/x86_64-linux-gnu';
const modules = `usr/lib/modules/${VERSION}`;

async function findings(...request: Parameters<typeof verifyLarge>): Promise<readonly string[]> {
  const report = await verifyLarge(...request);
  return report.findings.map(({ severity, message }) => `${severity}: ${message}`);
}

for (const size of [15, 17, 40]) {
  test(`verifyImage sees what a library of ${size} MiB needs`, async () => {
    const first = buildElf({ needed: ['libgone.so'] });
    assert.deepEqual(await findings(`${libraries}/libbig.so`, size * MiB, { first }), [
      `warning: "${libraries}/libbig.so" needs "libgone.so", which is missing`,
    ]);
  });
}

test('verifyImage says so where a library has what it needs in its middle', async () => {
  const first = buildElf({ needed: ['libgone.so'] });
  // The offset of PT_DYNAMIC, the second program header.
  first.writeBigUInt64LE(BigInt(13 * MiB), 64 + 56 + 8);
  assert.deepEqual(await findings(`${libraries}/libbig.so`, 20 * MiB, { first }), [
    `warning: Cannot see which libraries "${libraries}/libbig.so" needs: it is too large, and has them in its middle`,
  ]);
});

test('verifyImage sees what a module needs whose debug data take 20 MiB', async () => {
  const whole = buildElf({
    type: 1,
    sections: {
      '.modinfo': modinfoSection(['depends=gone', `vermagic=${VERSION} SMP preempt mod_unload `]),
      '.debug_info': Buffer.alloc(20 * MiB),
    },
  });
  const ends = { first: whole.subarray(0, MiB), last: whole.subarray(-MiB) };
  const lines = ['kernel/ahci.ko: kernel/libata.ko.xz', 'kernel/big.ko:', 'kernel/libata.ko.xz:'];
  const [ahci = '', big = '', libata = ''] = lines;
  assert.deepEqual(
    await findings(`${modules}/kernel/big.ko`, whole.length, ends, ({ kernel }) =>
      put(
        kernel,
        file(`${modules}/modules.dep`, `${lines.join('\n')}\n`),
        file(`${modules}/modules.dep.bin`, modulesDepBin({ ahci, big, libata })),
      ),
    ),
    ['error: Module "kernel/big.ko" depends on "gone", which is neither there nor built in'],
  );
});

test('verifyImage takes no index for one that is larger than any', async () => {
  const [found] = await findings(`${modules}/modules.softdep`, 20 * MiB, {});
  assert.match(found ?? '', /^warning: Damaged file .*modules\.softdep": it has 20971520 bytes/);
});

for (const path of [`${libraries}/libbig.so`, 'usr/share/data', `${modules}/modules.alias`]) {
  test(`verifyImage keeps below 150 MiB with a ${path} of 300 MiB`, async (t) => {
    const outfile = join(scratch(t), 'verify.mjs');
    const contents = `
      import { readFileSync } from 'node:fs';
      import { verifyLarge } from '../unit/verify/large-image.ts';
      const first = ${path.endsWith('.so')} ? Buffer.from('${buildElf({ needed: ['libc.so.6'] }).toString('hex')}', 'hex') : Buffer.alloc(0);
      const { unpackedBytes } = await verifyLarge('${path}', ${300 * MiB}, { first });
      const status = readFileSync('/proc/self/status', 'utf8');
      console.log(unpackedBytes, /VmHWM:\\s*(\\d+)/.exec(status)[1]);
    `;
    await build({
      stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
      ...{ outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' },
    });
    const { stdout, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8' });
    // The kernel's own maximum (getrusage(2)) would count what this process had before its exec.
    const [unpacked = 0, peak = 0] = stdout.split(' ').map(Number);
    assert.ok(unpacked > 300 * MiB, stderr);
    assert.ok(peak < 150 * 1024, `${peak} KiB`);
  });
}
