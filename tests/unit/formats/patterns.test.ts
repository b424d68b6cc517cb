import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fnmatch } from '../../../src/formats/fnmatch.ts';
import {
  choosesModule,
  indexPatterns,
  matchesModule,
} from '../../../src/formats/module-pattern.ts';
import { output, without } from './tools.ts';
import { processorTime } from '../../helpers/processor-time.ts';

const MATCHES: readonly [string, string, boolean][] = [
  ['*', '', true],
  ['*', 'a/b', true],
  ['?', '/', true],
  ['?', '', false],
  ['a*c', 'abc', true],
  ['a*c', 'ab', false],
  ['a*b*c', 'a/b/b/c', true],
  ['a*b*c', 'acb', false],
  ['**', 'x', true],
  ['raid[0-9]*', 'raid10', true],
  ['raid[0-9]*', 'raid-class', false],
  ['[!a]', 'b', true],
  ['[!a]', 'a', false],
  ['[]]', ']', true],
  ['[!]]', 'x', true],
  ['[!]]', ']', false],
  ['[a', '[a', true],
  ['[', '[', true],
  ['[!', '[!', true],
  ['[]', '[]', true],
  ['[z-a]', 'm', false],
  ['[a-]', '-', true],
  ['[-a]', '-', true],
  ['[a-c-e]', '-', true],
  ['[a-c-e]', 'd', false],
  ['[^a]', '^', true],
  ['[^a]', 'b', false],
  ['a\\*', 'a\\b', true],
  ['a.c', 'abc', false],
  ['a\nb?', 'a\nb\n', true],
  ['', '', true],
  ['', 'a', false],
  ['*a', 'aa', true],
  ['*ab', 'aab', true],
  ['[*]', '*', true],
  ['[*]', 'x', false],
];

test('fnmatch follows the table', () => {
  for (const [pattern, text, expected] of MATCHES)
    assert.equal(fnmatch(pattern, text), expected, `${pattern} ${text}`);
});

test('fnmatch needs no exponential time', () => {
  assert.equal(fnmatch('*a'.repeat(50), 'a'.repeat(5000) + 'b'), false);
});

test("fnmatch agrees with Python's fnmatch", { skip: without('python3') }, () => {
  const alphabet = 'ab-]![*?/^';
  let seed = 7;
  const random = (limit: number): number => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return Math.floor(seed / 65536) % limit;
  };
  const word = (): string =>
    Array.from({ length: random(7) }, () => alphabet[random(alphabet.length)]).join('');
  const pairs = [
    ...MATCHES.map(([pattern, text]) => [pattern, text] as const),
    ...Array.from({ length: 4000 }, () => [word(), word()] as const),
  ];
  const script =
    'import sys,json,fnmatch\nprint(json.dumps([fnmatch.fnmatchcase(t,p) for p,t in json.load(sys.stdin)]))';
  const expected: unknown = JSON.parse(
    output(['python3', '-W', 'ignore', '-c', script], JSON.stringify(pairs)).toString(),
  );
  assert.ok(Array.isArray(expected));
  for (const [index, [pattern, text]] of pairs.entries()) {
    assert.equal(fnmatch(pattern, text), expected[index], JSON.stringify([pattern, text]));
  }
});

test('matchesModule follows the table of forms', () => {
  const ahci = 'kernel/drivers/ata/ahci.ko.xz';
  const table: readonly [string, string, boolean][] = [
    ['ahci', ahci, true],
    ['ahc', ahci, false],
    ['ahci.ko', ahci, false],
    ['ahc*', ahci, true],
    ['ata/ahci', ahci, true],
    ['ta/ahci', ahci, false],
    ['drivers/ahci', ahci, false],
    ['drivers/*/ahci', ahci, true],
    ['/drivers/ata/ahci', ahci, true],
    ['/kernel/drivers/ata/ahci', ahci, true],
    ['/ata/ahci', ahci, false],
    ['ata/', ahci, true],
    ['/drivers/ata/', ahci, true],
    ['/drivers/', ahci, true],
    ['/ata/', ahci, false],
    ['ahci/', ahci, false],
    ['usb_storage', 'kernel/a/usb-storage.ko', true],
    ['usb-storage', 'kernel/a/usb_storage.ko.zst', true],
    ['x_y/z', 'kernel/x-y/z.ko', true],
    ['x-y/z', 'kernel/x_y/z.ko', true],
    ['a[_]b', 'kernel/a-b.ko', false],
    ['a[-]b', 'kernel/a_b.ko.gz', true],
    ['dm[!_]mod', 'kernel/dm-mod.ko', true],
    ['/updates/dkms/zfs', 'updates/dkms/zfs.ko', true],
    ['zfs', 'updates/dkms/zfs.ko', true],
    ['raid[0-9]*', 'kernel/drivers/md/raid456.ko', true],
  ];
  for (const [pattern, path, expected] of table)
    assert.equal(matchesModule(pattern, path), expected, `${pattern} ${path}`);
});

test('choosesModule lets the last match decide', () => {
  const patterns = ['crypto/', '-/drivers/crypto/', 'ccp-crypto'];
  assert.equal(choosesModule(patterns, 'kernel/crypto/aes_generic.ko'), true);
  assert.equal(choosesModule(patterns, 'kernel/arch/x86/crypto/aesni-intel.ko'), true);
  assert.equal(choosesModule(patterns, 'kernel/drivers/crypto/ccp/ccp.ko'), false);
  assert.equal(choosesModule(patterns, 'kernel/drivers/crypto/ccp/ccp_crypto.ko'), true);
  assert.equal(choosesModule(patterns, 'kernel/fs/ext4/ext4.ko'), false);
  assert.equal(
    choosesModule(['ccp', '-/drivers/crypto/', 'ccp'], 'kernel/drivers/crypto/ccp/ccp.ko'),
    true,
  );
  assert.equal(choosesModule([], 'kernel/fs/ext4/ext4.ko'), false);
});

test('indexPatterns() gives the place of the last pattern that matches', () => {
  assert.equal(indexPatterns(['ahci', '-ata/', 'x'])('kernel/drivers/ata/ahci.ko'), 1);
  assert.equal(indexPatterns(['ahci', 'a*', '-ahci', 'x*'])('kernel/drivers/ata/ahci.ko'), 2);
  assert.equal(indexPatterns(['x'])('kernel/drivers/ata/ahci.ko'), -1);
  assert.equal(indexPatterns([])('kernel/drivers/ata/ahci.ko'), -1);
});

test('indexPatterns() finds what matchesModule() matches, for every form of pattern', () => {
  const parts = ['', 'kernel', 'drivers', 'a', 'a_b'];
  const pairs = parts.flatMap((first) => parts.map((second) => [first, second].join('/')));
  const paths = pairs.flatMap((pair) => [pair, ...parts.map((part) => `${pair}/${part}`)]);
  const patterns = [...parts, ...paths].filter((pattern) => pattern !== '');
  const modules = ['a.ko', 'a/a-b.ko', ...paths.map((path) => `kernel/${path}/a-b.ko.xz`)].filter(
    (path) => !path.includes('//'),
  );
  for (const pattern of patterns) {
    const find = indexPatterns([pattern]);
    for (const path of modules) {
      assert.equal(find(path) === 0, matchesModule(pattern, path), `${pattern} ${path}`);
    }
  }
});

// A list of a distribution's whole kernel, as a person may have generated it.
test('indexPatterns() holds 10,000 words against 4,000 modules in no time', () => {
  const words = Array.from(
    { length: 10_000 },
    (_, index) => `${'-'.repeat(index % 2)}module_${index}`,
  );
  const took = processorTime(() => {
    const find = indexPatterns(words);
    for (let index = 0; index < 4000; index++) {
      assert.equal(find(`kernel/drivers/net/ethernet/module-${index}.ko.xz`), index);
    }
  });
  assert.ok(took < 2000, `took ${took} ms`);
});
