import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readElfSection } from '../../../src/formats/elf-section.ts';
import { isElf, readElf } from '../../../src/formats/elf.ts';
import { buildElf, modinfoSection, type ElfRecipe } from './build-elf.ts';
import { output, without } from './tools.ts';

function reading(bytes: Buffer): (offset: number, length: number) => Buffer {
  return (offset, length) => {
    assert.ok(Number.isSafeInteger(offset) && offset >= 0, `offset ${offset}`);
    assert.ok(length <= 16 << 20, `length ${length}`);
    return bytes.subarray(offset, offset + length);
  };
}

const RECIPE: ElfRecipe = {
  interpreter: '/lib64/ld-linux-x86-64.so.2',
  needed: ['libc.so.6', 'libmount.so.1'],
  soname: 'libx.so.1',
  rpath: '/old:$ORIGIN/../lib',
  runpath: '$ORIGIN:/usr/lib/systemd',
  dlopen: [
    '[{"soname":["libtss2-esys.so.0"],"feature":"tpm","description":"TPM2","priority":"required"}]',
    '[{"soname":["liba.so.2","liba.so.1"],"priority":"suggested"},{"soname":["libb.so"]}]',
  ],
  sections: { '.text': Buffer.alloc(5), '.modinfo': modinfoSection(['name=x']) },
};

for (const bits of [64, 32] as const) {
  for (const endian of ['little', 'big'] as const) {
    test(`readElf and readElfSection read ${bits} bit ${endian} endian files`, () => {
      const bytes = buildElf({ ...RECIPE, bits, endian, machine: 183 });
      const read = reading(bytes);
      assert.deepEqual(readElf(read), {
        bits,
        endian,
        machine: 183,
        loadedBytes: bits === 64 ? 1056 : 800,
        type: 3,
        interpreter: '/lib64/ld-linux-x86-64.so.2',
        needed: ['libc.so.6', 'libmount.so.1'],
        soname: 'libx.so.1',
        rpath: ['/old', '$ORIGIN/../lib'],
        runpath: ['$ORIGIN', '/usr/lib/systemd'],
        dlopen: [
          {
            soname: ['libtss2-esys.so.0'],
            feature: 'tpm',
            description: 'TPM2',
            priority: 'required',
          },
          {
            soname: ['liba.so.2', 'liba.so.1'],
            feature: undefined,
            description: undefined,
            priority: 'suggested',
          },
          {
            soname: ['libb.so'],
            feature: undefined,
            description: undefined,
            priority: 'recommended',
          },
        ],
      });
      assert.equal(readElfSection(read, '.modinfo')?.toString(), 'name=x\0');
      assert.equal(readElfSection(read, '.missing'), undefined);
    });
  }
}

test('readElf finds nothing in a file without program headers of interest', () => {
  const facts = readElf(
    reading(buildElf({ type: 1, sections: { '.modinfo': Buffer.from('a=b\0') } })),
  );
  assert.deepEqual(
    [facts.type, facts.interpreter, facts.needed, facts.soname, facts.dlopen],
    [1, undefined, [], undefined, []],
  );
});

test('readElf passes over notes that do not follow the specification', () => {
  const dlopen = [
    '{',
    '{"soname":["x"]}',
    '[1,null,{"soname":7},{"feature":"x"}]',
    '[{"soname":"libone.so"}]',
  ];
  assert.deepEqual(
    readElf(reading(buildElf({ dlopen }))).dlopen.map(({ soname }) => soname),
    [['libone.so']],
  );
});

test('readElfSection takes counts that do not fit into the header from the first section', () => {
  const bytes = buildElf({ sections: { '.modinfo': Buffer.from('a=b\0') } });
  const table = Number(bytes.readBigUInt64LE(40));
  bytes.writeBigUInt64LE(BigInt(bytes.readUInt16LE(60)), table + 32);
  bytes.writeUInt32LE(bytes.readUInt16LE(62), table + 40);
  bytes.writeUInt16LE(0, 60);
  bytes.writeUInt16LE(0xffff, 62);
  assert.equal(readElfSection(reading(bytes), '.modinfo')?.toString(), 'a=b\0');
});

test('isElf looks at the first four bytes', () => {
  assert.equal(isElf(buildElf()), true);
  assert.equal(isElf(Buffer.from('#!/bin/sh')), false);
  assert.equal(isElf(Buffer.from('\x7fEL')), false);
});

test('readElf and readElfSection refuse every truncation or read what is left', () => {
  const whole = buildElf(RECIPE);
  let refused = 0;
  for (let length = 0; length < whole.length; length++) {
    const read = reading(whole.subarray(0, length));
    for (const attempt of [() => readElf(read), () => readElfSection(read, '.modinfo')]) {
      try {
        attempt();
      } catch (error) {
        assert.ok(error instanceof Error);
        assert.equal(error.name, 'BuildError', error.stack);
        refused++;
      }
    }
  }
  // The section table stands last: without its end no section can be read.
  assert.ok(refused >= whole.length);
  assert.throws(
    () => readElf(reading(whole.subarray(0, 20))),
    /wanted .* bytes at offset .*, found/,
  );
});

test('readElf and readElfSection survive garbage in every byte of the headers', () => {
  const whole = buildElf(RECIPE);
  for (const value of [0, 1, 0x7f, 0xff]) {
    for (let at = 0; at < whole.length; at++) {
      const bytes = Buffer.from(whole);
      bytes.fill(value, at, Math.min(at + 8, bytes.length));
      const read = reading(bytes);
      for (const attempt of [() => readElf(read), () => readElfSection(read, '.modinfo')]) {
        try {
          attempt();
        } catch (error) {
          assert.ok(error instanceof Error);
          assert.equal(error.name, 'BuildError', error.stack);
        }
      }
    }
  }
});

test('readElf says what is wrong with the first bytes', () => {
  assert.throws(() => readElf(reading(Buffer.alloc(64))), /does not start with the ELF magic/);
  const bytes = buildElf();
  bytes[4] = 3;
  assert.throws(() => readElf(reading(bytes)), /class 3 and byte order 1, wanted 1 or 2 each/);
});

test(
  'readElf agrees with readelf about the programs of this machine',
  { skip: without('readelf') },
  () => {
    for (const path of ['/bin/sh', '/usr/bin/env', '/bin/mount', process.execPath]) {
      const facts = readElf(reading(readFileSync(path)));
      const dynamic = output(['readelf', '-dlW', path]).toString();
      const needed = [...dynamic.matchAll(/\(NEEDED\)\s+Shared library: \[(.*)\]/g)].map(
        ([, name]) => name,
      );
      assert.deepEqual(facts.needed, needed, path);
      assert.equal(facts.interpreter, /program interpreter: (.*)\]/.exec(dynamic)?.[1], path);
    }
  },
);
