import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { compareVersions } from '../../../src/formats/version-compare.ts';
import { without } from './tools.ts';

/** Each list from oldest to newest; the first follow the specification's own examples. */
const ORDERED: readonly (readonly string[])[] = [
  [
    '122.1',
    '123~rc1-1',
    '123',
    '123-a',
    '123-a.1',
    '123-1',
    '123-1.1',
    '123^post1',
    '123.a-1',
    '123.1-1',
    '123a-1',
    '124-1',
  ],
  ['', 'a', '1'],
  ['~', ''],
  ['1.0~rc1', '1.0~rc2', '1.0', '1.0.1', '1.1', '1.10', '2'],
  [
    '6.1.0-9-amd64',
    '6.1.0-10-amd64',
    '6.1.0-41-amd64',
    '6.12.48+deb13-amd64',
    '6.12.57+deb13-amd64',
  ],
  ['6.11.0-0.rc1.fc41.x86_64', '6.11.4-301.fc41.x86_64', '6.12.0-1.fc41.x86_64'],
  ['A', 'B', 'a', 'b', '0'],
  ['5.9', '5.9.0', '5.10'],
  ['99999999999999999999998', '99999999999999999999999'],
];

const EQUAL: readonly (readonly [string, string])[] = [
  ['', ''],
  ['1.0', '1.0'],
  ['0001', '1'],
  ['1_2', '1_2'],
  ['1+2', '1:2'],
  ['a_', 'a'],
  ['10.01', '10.1'],
];

test('compareVersions orders the tables', () => {
  for (const list of ORDERED) {
    for (const [i, a] of list.entries()) {
      for (const [j, b] of list.entries()) {
        assert.equal(Math.sign(compareVersions(a, b)), Math.sign(i - j), `${a} ${b}`);
      }
    }
  }
});

test('compareVersions finds spellings equal', () => {
  for (const [a, b] of EQUAL) {
    assert.equal(compareVersions(a, b), 0, `${a} ${b}`);
    assert.equal(compareVersions(b, a), 0, `${b} ${a}`);
  }
});

test('compareVersions agrees with systemd-analyze', { skip: without('systemd-analyze') }, () => {
  const pieces = ['1', '2', '0', '00', '10', 'a', 'ab', 'A', '~', '-', '^', '.', '_', '+'];
  let seed = 3;
  const random = (limit: number): number => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return Math.floor(seed / 65536) % limit;
  };
  const word = (): string =>
    Array.from({ length: 1 + random(4) }, () => pieces[random(pieces.length)]).join('');
  const pairs = Array.from({ length: 200 }, () => {
    const start = random(2) === 0 ? '' : word();
    return [start + word(), start + word()] as const;
  });
  const compared = [
    ...pairs,
    ...ORDERED.flatMap((list) => list.slice(1).map((item, i) => [list[i] ?? '', item] as const)),
  ];
  // One shell starts them all: a process that is started from here takes four times as long.
  const script =
    'while [ $# -gt 0 ]; do systemd-analyze compare-versions -- "$1" "$2" >&2; echo $?; shift 2; done';
  const { stdout } = spawnSync('sh', ['-c', script, 'sh', ...compared.flat()], {
    encoding: 'utf8',
  });
  const order: Readonly<Record<string, number>> = { 0: 0, 11: 1, 12: -1 };
  const theirs = stdout.trim().split('\n');
  assert.equal(theirs.length, compared.length);
  for (const [index, [a, b]] of compared.entries()) {
    assert.equal(compareVersions(a, b), order[theirs[index] ?? ''], `${a} ${b}`);
  }
});
