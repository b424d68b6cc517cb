// Files whose size or depth is all that is wrong with them. Half a megabyte took the regular expressions and copies that
// were here before minutes, or the stack; now it is read in some milliseconds, so that the ceiling is far off on any
// machine.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findSetting } from '../../../src/config/settings.ts';
import { isMkosiSetting, mkosiSettingNames } from '../../../src/config/mkosi-settings.ts';
import { parseCpuinfo } from '../../../src/formats/cpuinfo.ts';
import { parseControl } from '../../../src/formats/deb-control.ts';
import { parseDep5Licences } from '../../../src/formats/dep5.ts';
import { parseDlopenNotes } from '../../../src/formats/dlopen-note.ts';
import { parseDropIn } from '../../../src/formats/drop-in.ts';
import { fnmatch } from '../../../src/formats/fnmatch.ts';
import { parseLdSoConf } from '../../../src/formats/ld-so-conf.ts';
import { parseLuksHeader } from '../../../src/formats/luks.ts';
import { matchesModule } from '../../../src/formats/module-pattern.ts';
import { indexAliases, parseModulesAlias } from '../../../src/formats/modules-alias.ts';
import { parseModulesBin } from '../../../src/formats/modules-bin.ts';
import { parseModulesSoftdep } from '../../../src/formats/modules-softdep.ts';
import { parseMtree } from '../../../src/formats/mtree.ts';
import { parsePacmanConf } from '../../../src/formats/pacman-conf.ts';
import { processorTime } from '../../helpers/processor-time.ts';

const size = 500_000;
const mostMilliseconds = 5000;

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('\n');
}

const blanks = ' '.repeat(size);
const slashes = '/'.repeat(size);
const brackets = '['.repeat(size);
const hashes = '#'.repeat(size);
// Ends a line to `.` and `$` of a regular expression, and to no file's format.
const separator = '\u2028';

const readings: Readonly<Record<string, () => unknown>> = {
  'softdeps, each line of the same module': () =>
    parseModulesSoftdep(lines(50_000, (index) => `softdep a pre: m${index}`)),
  'softdeps behind blanks': () => parseModulesSoftdep(`softdep a ${blanks}x${separator}y`),
  'an alias of opening brackets': () =>
    indexAliases(parseModulesAlias(`alias ${brackets}- m`))('a'),
  'a device of opening brackets': () =>
    indexAliases(parseModulesAlias('alias a* m'))(`a${brackets}`),
  'a pattern of opening brackets': () => matchesModule(`${brackets}_`, 'kernel/a.ko'),
  'a shell pattern of opening brackets': () => fnmatch(`]${brackets}`, 'a'),
  'pacman.conf, blanks in a key': () => parsePacmanConf(`[o]\nA${blanks}b`, () => []),
  'pacman.conf, blanks in a value': () =>
    parsePacmanConf(`[o]\nA${blanks}=${blanks}b${separator}c`, () => []),
  'mtree, defaults': () =>
    parseMtree(`#mtree\n${lines(40_000, (index) => `/set k${index}=1\n./f${index} type=file`)}`),
  'dep5, blanks in a licence': () =>
    parseDep5Licences(`Format: https://x/copyright-format/1.0/\nLicense: a${blanks}b`),
  'ld.so.conf, slashes': () => parseLdSoConf(`/a${slashes}b`),
  'ld.so.conf, equals signs': () => parseLdSoConf(`${'='.repeat(size)}/b`),
  'ld.so.conf, comments': () => parseLdSoConf(`${hashes}${separator}b`),
  'deb822, lines without a colon': () => [...parseControl('ab\n'.repeat(size))].length,
  'dlopen note, NULs': () => parseDlopenNotes(note(`${'\0'.repeat(size)}x`), 'little'),
  'drop-in, continuation lines': () =>
    parseDropIn(`[Content]\nPackages=\n${'  a\n'.repeat(size)}`, 'x.conf'),
  'LUKS, nesting': () => parseLuksHeader(luks('['.repeat(size) + ']'.repeat(size))),
};

for (const [name, read] of Object.entries(readings)) {
  test(`Reading is proportionate: ${name}`, () => {
    const took = processorTime(read);
    assert.ok(took < mostMilliseconds, `took ${took} ms`);
  });
}

function note(json: string): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(4, 0);
  head.writeUInt32LE(json.length, 4);
  head.writeUInt32LE(0x407c0c0a, 8);
  return Buffer.concat([head, Buffer.from(`FDO\0${json}`)]);
}

function luks(json: string): Buffer {
  const header = Buffer.alloc(4096);
  header.write('LUKS\u00ba\u00be\0\u0002', 'latin1');
  return Buffer.concat([header, Buffer.from(json)]);
}

test('parseLuksHeader() finds ciphers and tokens at any depth', () => {
  const deep = `${'{"a":'.repeat(5000)}{"encryption":"aes-xts-plain64"}${'}'.repeat(5000)}`;
  const json = `{"tokens":{"0":{"type":"systemd-tpm2"}},"keyslots":${deep}}`;
  const header = parseLuksHeader(luks(json));
  assert.deepEqual([header?.ciphers, header?.tokens], [['aes-xts-plain64'], ['systemd-tpm2']]);
});

test('parseModulesBin() reads a chain as deep as a key is long, and refuses a deeper one', () => {
  const expected = 'a'.repeat(4000);
  assert.deepEqual([...parseModulesBin(chain(4000))], [[expected, ['m']]]);
  assert.throws(() => parseModulesBin(chain(60_000)), /a loop of nodes.*/);
});

test('parseModulesBin() reads no byte twice: nodes that share their values are refused', () => {
  // A root of 256 children, all of them the same node of 10,000 values.
  const root = Buffer.alloc(2 + 4 * 128);
  root.set([0, 127]);
  for (let child = 0; child < 128; child++) {
    root.writeUInt32BE((0x40000000 | (12 + root.length)) >>> 0, 2 + 4 * child);
  }
  const count = Buffer.alloc(4);
  count.writeUInt32BE(10_000);
  const values = Buffer.concat([count, Buffer.from('\0\0\0\0m\0'.repeat(10_000))]);
  const start = binStart(0x20000000 | 12);
  assert.throws(() => parseModulesBin(Buffer.concat([start, root, values])), /a loop of nodes/);
});

/** An index of one key, a node for each of its characters, with one value. */
function chain(length: number): Buffer {
  const nodes: Buffer[] = [];
  for (let index = 0; index < length; index++) {
    const node = Buffer.from([97, 97, 0, 0, 0, 0]);
    const kind = index === length - 1 ? 0x40000000 : 0x20000000;
    node.writeUInt32BE((kind | (12 + 6 * (index + 1))) >>> 0, 2);
    nodes.push(node);
  }
  const value = Buffer.from('\0\0\0\u0001\0\0\0\0m\0', 'latin1');
  return Buffer.concat([binStart(0x20000000 | 12), ...nodes, value]);
}

function binStart(root: number): Buffer {
  const start = Buffer.alloc(12);
  start.writeUInt32BE(0xb007f457, 0);
  start.writeUInt32BE(0x00020001, 4);
  start.writeUInt32BE(root >>> 0, 8);
  return start;
}

test('parsePacmanConf() refuses files that include each other without end, and names the line', () => {
  const twice = 'Include = /etc/pacman.d/*\n'.repeat(10);
  assert.throws(() => parsePacmanConf(`[options]\n${twice}`, () => [twice]), {
    name: 'BuildError',
    message: /more than 1000 files .*"Include = \/etc\/pacman\.d\/\*"/,
  });
});

test('Words that every object has are no entries of a table', () => {
  for (const word of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    assert.equal(
      parseCpuinfo(`vendor_id : ${word}\ncpu family : 6\nmodel : 1\nstepping : 1\n`),
      undefined,
    );
    assert.equal(findSetting(word), undefined);
    assert.equal(isMkosiSetting(word, word), false);
    assert.deepEqual(mkosiSettingNames(word), []);
  }
});
