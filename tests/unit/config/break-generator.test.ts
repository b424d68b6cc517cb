import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { runOk } from '../../helpers/run.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';
import { movedScript } from './moved-script.ts';

const file = 'debug/extra/usr/lib/systemd/system-generators/pkginitrd-break-generator';

async function generate(t: TestContext, shell: string, words: string, tree: Tree = {}) {
  const root = plant(scratch(t), {
    'proc/cmdline': `${words}\n`,
    'dev/kmsg': '',
    out: null,
    ...tree,
  });
  const script = join(root, 'generator');
  writeFileSync(script, movedScript(root, file));
  const out = join(root, 'out');
  await runOk([shell, '-u', script, out, out, out]);
  const wants = join(out, 'initrd.target.wants');
  const links = existsSync(wants) ? readdirSync(wants).sort() : [];
  return {
    points: links.map((link) => link.replace(/^pkginitrd-break-(.*)\.service$/, '$1')),
    unit: (point: string) =>
      readFileSync(
        join(wants, readlinkSync(join(wants, `pkginitrd-break-${point}.service`))),
        'utf8',
      ),
    said: readFileSync(join(root, 'dev/kmsg'), 'utf8'),
  };
}

const rows: readonly (readonly [words: string, points: readonly string[]])[] = [
  ['root=UUID=1 quiet', []],
  ['rd.systemd.break', ['pre-switch-root']],
  ['rd.systemd.break=pre-mount quiet', ['pre-mount']],
  ['rd.systemd.break=pre-udev,pre-basic', ['pre-basic', 'pre-udev']],
  ['rd.break', ['pre-switch-root']],
  ['rd.break=', ['pre-switch-root']],
  ['rd.break=mount rd.break=pre-mount', ['pre-mount']],
  ['rd.break=cmdline,initqueue,pre-pivot', ['pre-basic', 'pre-switch-root', 'pre-udev']],
  // Words of the root, and of others.
  ['systemd.break=pre-udev break=premount rd.breakfast', []],
];

for (const shell of ['dash', 'bash']) {
  test(`the boot stops where the command line says, in ${shell}`, async (t) => {
    for (const [words, points] of rows) {
      assert.deepEqual((await generate(t, shell, words)).points, points, words);
    }
  });
}

test('a breakpoint of systemd itself is left to it, and one of dracut is not', async (t) => {
  const own = { 'usr/lib/systemd/system/breakpoint-pre-mount.service': '' };
  const { points } = await generate(t, 'dash', 'rd.systemd.break=pre-mount rd.break=pre-udev', own);
  assert.deepEqual(points, ['pre-udev']);
});

test('a breakpoint that nobody knows is said, with those that there are', async (t) => {
  const { points, said } = await generate(t, 'dash', 'rd.break=pre-lunch,mount');
  assert.deepEqual(points, ['pre-mount']);
  assert.match(
    said,
    /No breakpoint is called "pre-lunch": expected pre-udev, pre-basic, pre-mount or/,
  );
});

test('a breakpoint comes before what it is called by', async (t) => {
  const { unit } = await generate(t, 'dash', 'rd.break=pre-mount');
  assert.match(unit('pre-mount'), /^Before=.* sysroot\.mount /m);
  assert.match(unit('pre-mount'), /^After=.* sysinit\.target$/m);
});
