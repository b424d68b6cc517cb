import assert from 'node:assert/strict';
import { existsSync, readdirSync, statfsSync } from 'node:fs';
import { test } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import { availableMemory } from '../../../src/sys/available-memory.ts';
import { memoryWorkspace } from '../../../src/sys/memory-workspace.ts';
import { skipFor } from '../../helpers/need.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

const machine = { '/proc/meminfo': 'MemFree: 1 kB\nMemAvailable:    1000 kB\nActive: 5 kB\n' };
const unified = { ...machine, '/proc/self/cgroup': '0::/a.slice/b.service\n' };
const legacy = { ...machine, '/proc/self/cgroup': '3:cpu:/\n7:memory,hugetlb:/docker/x\n0::/y\n' };
const group = '/sys/fs/cgroup';

const rows: readonly [string, Readonly<Record<string, string>>, number][] = [
  ['a machine that does not tell', {}, 0],
  ['a machine without control groups', machine, 1_024_000],
  ['groups without limits', { ...unified, [`${group}/a.slice/memory.max`]: 'max\n' }, 1_024_000],
  [
    'the limit of its own group, less what is used and cannot be given back',
    {
      ...unified,
      [`${group}/a.slice/b.service/memory.max`]: '900000\n',
      [`${group}/a.slice/b.service/memory.current`]: '300000\n',
      [`${group}/a.slice/b.service/memory.stat`]: 'anon 7\ninactive_file 1000\nfile 9\n',
    },
    601_000,
  ],
  [
    'the limit of a group above, from which it is slowed down',
    {
      ...unified,
      [`${group}/a.slice/memory.high`]: '500000\n',
      [`${group}/a.slice/memory.current`]: '400000\n',
    },
    100_000,
  ],
  [
    'the limit of a container, whose own group is the first that it sees',
    { ...unified, [`${group}/memory.max`]: '700000\n', [`${group}/memory.current`]: '0\n' },
    700_000,
  ],
  [
    'a limit by the first generation of control groups',
    {
      ...legacy,
      [`${group}/memory/docker/x/memory.limit_in_bytes`]: '800000\n',
      [`${group}/memory/docker/x/memory.usage_in_bytes`]: '300000\n',
      [`${group}/memory/docker/x/memory.stat`]: 'inactive_file 5\ntotal_inactive_file 20\n',
    },
    500_020,
  ],
];

for (const [name, files, bytes] of rows) {
  test(`availableMemory() knows ${name}`, () => {
    assert.equal(
      availableMemory((path) => files[path]),
      bytes,
    );
  });
}

const memory = absolutePath('/dev/shm');
const isMemory = existsSync(memory) && statfsSync(memory).type === 0x01021994;
const skip = isMemory ? false : skipFor('/dev/shm is no tmpfs here');

test('memoryWorkspace() takes the first tmpfs', { skip }, () => {
  const made = memoryWorkspace([absolutePath('/proc'), absolutePath('/not-there'), memory], 1024);
  assert.match(made?.path ?? '', /^\/dev\/shm\/pkginitrd-\w{6}$/);
  made?.remove();
  assert.equal(existsSync(made?.path ?? ''), false);
});

test('memoryWorkspace() leaves what is no tmpfs alone', () => {
  assert.equal(memoryWorkspace([absolutePath('/proc'), absolutePath('/sys')], 1), undefined);
});

test('memoryWorkspace() gives back what a killed build has left, also where it takes none', (t) => {
  const parent = plant(scratch(t), { 'pkginitrd-abc123/root/file': 'x' });
  assert.equal(memoryWorkspace([parent], 2 ** 50), undefined);
  assert.deepEqual(readdirSync(parent), []);
});

test('memoryWorkspace() leaves memory to others', { skip }, () => {
  // More than any machine has, and more than half of what this one has.
  for (const bytes of [2 ** 50, availableMemory(() => undefined) + 2 ** 45]) {
    assert.equal(memoryWorkspace([memory], bytes), undefined);
  }
});
