import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import { BuildError, UsageError } from '../../../src/model/errors.ts';
import type { Sys } from '../../../src/model/sys.ts';
import { printRefreshed } from '../../../src/cli/print-refresh.ts';
import { rebuildCommand } from '../../../src/place/rebuild-command.ts';
import { refresh } from '../../../src/verbs/refresh.ts';
import { machine } from '../place/machine.ts';

const surroundings = {
  vendorDirectory: absolutePath('/usr/lib/pkginitrd'),
  architecture: 'x86-64',
  temporaryDirectory: absolutePath('/var/tmp'),
  memoryDirectories: [],
  user: 0,
  tool: () => undefined,
  runtime: 'Node.js',
  report: () => {},
  inTransaction: false,
} as const;

const tree = {
  'etc/os-release': 'ID=debian\n',
  'usr/lib/pkginitrd/10.conf': '',
  'usr/lib/modules/6.1/vmlinuz': 'kernel',
  'var/lib/pkginitrd/waiting/6.1': '',
  'var/lib/pkginitrd/waiting/6.0': '',
};

async function run(t: TestContext, files: Record<string, string> = {}, result?: Error) {
  const { sys } = machine(t, { ...tree, ...files });
  const [commands, told]: [string[], string[]] = [[], []];
  const watched: Sys = {
    ...sys,
    run: async ({ argv }) => {
      commands.push(argv.join(' '));
      if (result !== undefined) throw result;
      return { exitCode: 0, stdout: '', stderr: 'in 7.1 s\n' };
    },
  };
  const invocation = { type: 'refresh', debug: false } as const;
  const answer = await refresh(watched, invocation, {
    ...surroundings,
    tell: (text) => told.push(text),
  });
  const left = sys.root(absolutePath('/')).list('/var/lib/pkginitrd/waiting');
  return { answer, commands, told, left };
}

test('refresh() builds what was put off, and forgets kernels that are gone', async (t) => {
  const { commands, told, left, answer } = await run(t);
  assert.deepEqual(commands, ['kernel-install add 6.1 /usr/lib/modules/6.1/vmlinuz']);
  assert.deepEqual(told, [
    'pkginitrd: Building the initrd of 6.1, which was put off until now',
    'in 7.1 s',
  ]);
  assert.deepEqual(left, []);
  assert.equal(answer.failure, undefined);
});

test('refresh() keeps what cannot be built for the next time, and fails', async (t) => {
  const { told, left, answer } = await run(t, {}, new BuildError('No room'));
  assert.match(told.join(), /cannot be built now: No room/);
  assert.deepEqual(left, ['6.1']);
  assert.match(answer.failure?.message ?? '', /Cannot build anew: 6\.1/);
});

test('refresh() builds nothing else with Refresh=no, and is root’s', async (t) => {
  const off = await run(t, { 'etc/pkginitrd/a.conf': '[Output]\nRefresh=no\n' });
  assert.deepEqual([off.commands.length, off.left], [1, []]);
  assert.deepEqual(off.answer.remarks, [
    'pkginitrd: Nothing else is built anew: Refresh=no is set',
  ]);
  const { sys } = machine(t, tree);
  await assert.rejects(
    refresh(sys, { type: 'refresh', debug: false }, { ...surroundings, user: 7, tell: () => {} }),
    UsageError,
  );
});

test('refresh() leaves a boot entry of GRUB as it is, unless kernel-install was not done with it', async (t) => {
  const linux = '/usr/lib/modules/6.1/vmlinuz';
  const script = { 'usr/lib/pkginitrd/grub-entry': '' };
  const first = await run(t, script);
  assert.deepEqual(first.commands, [`/usr/lib/pkginitrd/grub-entry rebuild 6.1 ${linux}`]);
  const putOff = { ...script, 'var/lib/pkginitrd/waiting/6.1': 'kernel-install\n' };
  assert.deepEqual((await run(t, putOff)).commands, [`kernel-install add 6.1 ${linux}`]);
});

for (const scope of ['image', 'kernel'] as const) {
  test(`rebuildCommand() is the distribution’s own where it has one: ${scope}`, (t) => {
    const { sys } = machine(t, { ...tree, 'usr/lib/pkginitrd/boot-image': '' });
    assert.deepEqual(rebuildCommand(sys, '6.1', scope)?.argv, [
      '/usr/lib/pkginitrd/boot-image',
      'add',
      '6.1',
    ]);
    assert.equal(rebuildCommand(machine(t, {}).sys, '6.1', scope), undefined);
  });
}

test('printRefreshed() has one line for an image, with the first reasons', () => {
  const image = absolutePath('/boot/initrd.img-6.1');
  const module = (name: string) => ({ type: 'module', name, change: 'gone' }) as const;
  const differences = [
    { type: 'package', name: 'udev', from: '1', to: '2' } as const,
    ...['a', 'b', 'c'].map(module),
  ];
  assert.equal(
    printRefreshed({ image, differences, end: { type: 'built' } }),
    'pkginitrd: /boot/initrd.img-6.1 was built anew: package udev 1 → 2; module a: gone; 2 more',
  );
  assert.match(
    printRefreshed({ image, differences: [], end: { type: 'failed', message: 'No room' } }),
    /the old one stays: No room$/,
  );
  assert.match(
    printRefreshed({ image, differences, end: { type: 'left' } }),
    /is left as it is, since it is not the one that was placed/,
  );
});
