import assert from 'node:assert/strict';
import test from 'node:test';
import { printClean } from '../../../src/cli/print-clean.ts';
import { printStatus, printStatusJson } from '../../../src/cli/print-status.ts';
import { run, usageError } from './command-line.ts';

test('status takes --json, and nothing else that it does not know', async () => {
  assert.deepEqual(await run(['status']), { type: 'status', format: 'text', debug: false });
  const given = await run(['status', '--json', '--debug']);
  assert.deepEqual(given, { type: 'status', format: 'json', debug: true });
  assert.equal((await run(['status', '--help'])).type, 'text');
  assert.deepEqual(await usageError(['status', '--jso']), [
    'Cannot use "--jso": unknown option',
    'Did you mean "--json"?',
  ]);
  assert.match((await usageError(['status', 'x']))[0], /"status" takes options only/);
});

test('clean takes the caches to empty, all by default', async () => {
  const all = { type: 'clean', what: ['parts', 'archives'], hostRoot: '/', debug: false };
  assert.deepEqual(await run(['clean']), all);
  assert.deepEqual(await run(['clean', 'archives', '--host-root=x']), {
    ...all,
    what: ['archives'],
    hostRoot: '/home/u/x',
  });
  assert.deepEqual(await run(['clean', '--host-root', '/mnt', 'parts', 'parts']), {
    ...all,
    what: ['parts'],
    hostRoot: '/mnt',
  });
  assert.match((await usageError(['clean', 'all']))[0], /Cannot clean "all": expected "parts" or/);
  assert.match((await usageError(['clean', '--host-root']))[0], /without a value/);
});

const images = [
  { image: '/boot/a', kernelVersion: '6.1', differences: [] },
  {
    image: '/boot/b',
    kernelVersion: '6.12',
    differences: [
      { type: 'package', name: 'udev', from: '1', to: '2' },
      ...Array.from({ length: 13 }, (_, index) => ({
        ...({ type: 'module', change: 'gone' } as const),
        name: `m${index}`,
      })),
    ],
  },
] as const;

test('printStatus() has a line for each image and each reason, and of a long list its beginning', () => {
  const lines = printStatus(images).split('\n');
  assert.deepEqual(lines.slice(0, 4), [
    '/boot/a (6.1): up to date',
    '/boot/b (6.12): a build would change it',
    '  package udev 1 → 2',
    '  module m0: gone',
  ]);
  assert.equal(lines.at(-2), '  module: 3 more');
  assert.equal(lines.length, 15);
  assert.match(printStatus([]), /^No image/);
});

test('printStatusJson() has all of it for programs', () => {
  const parsed = JSON.parse(printStatusJson(images));
  assert.deepEqual(
    parsed.images.map((image: { differs: boolean; differences: unknown[] }) => [
      image.differs,
      image.differences.length,
    ]),
    [
      [false, 0],
      [true, 14],
    ],
  );
});

test('printClean() says how much each cache had', () => {
  const removed = [
    { name: 'parts', bytes: 3 * 2 ** 20 },
    { name: 'archives', bytes: 0 },
  ] as const;
  assert.equal(printClean(removed), '  parts     3.0 MiB removed\n  archives  empty\n');
});
