import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readElfSection } from '../../../src/formats/elf-section.ts';
import { moduleName, normalizeAlias } from '../../../src/formats/module-name.ts';
import { parseBuiltinModinfo, parseModinfo } from '../../../src/formats/modinfo.ts';
import { indexAliases, parseModulesAlias } from '../../../src/formats/modules-alias.ts';
import { parseModulesBin } from '../../../src/formats/modules-bin.ts';
import { parseModulesBuiltin, parseModulesOrder } from '../../../src/formats/modules-builtin.ts';
import { parseModulesDep } from '../../../src/formats/modules-dep.ts';
import { parseModulesSoftdep } from '../../../src/formats/modules-softdep.ts';
import { parseModulesWeakdep } from '../../../src/formats/modules-weakdep.ts';
import { modinfoSection } from './build-elf.ts';
import { output, without } from './tools.ts';

test('moduleName takes directories and suffixes away and normalises', () => {
  const table: readonly [string, string][] = [
    ['kernel/drivers/usb/storage/usb-storage.ko', 'usb_storage'],
    ['kernel/fs/ext4/ext4.ko.xz', 'ext4'],
    ['a.ko.zst', 'a'],
    ['a.ko.gz', 'a'],
    ['bare-name', 'bare_name'],
    ['x/with.dots.ko', 'with.dots'],
    ['x/y.ko.d/z.ko', 'z'],
  ];
  for (const [path, name] of table) assert.equal(moduleName(path), name);
});

test('normalizeAlias leaves brackets alone', () => {
  assert.equal(normalizeAlias('usb-v[0-9a-f]x-y[!-]'), 'usb_v[0-9a-f]x_y[!-]');
});

test('parseModinfo reads the keys and normalises names, not firmware', () => {
  const info = parseModinfo(
    modinfoSection([
      'license=GPL',
      'name=x-y',
      'depends=a-b,c',
      'softdep=gcm pre: p-q post: r',
      'softdep=post: s',
      'weakdep=w-1 w2',
      'alias=fs-ext4',
      'alias=pci:v[0-9]*-x',
      'firmware=a-b/c_d*.bin',
      'firmware=e=f',
      'vermagic=6.1.0-x SMP mod_unload ',
      'no equals sign',
    ]),
  );
  assert.deepEqual(info, {
    name: 'x_y',
    depends: ['a_b', 'c'],
    softdeps: ['gcm', 'p_q', 'r', 's'],
    weakdeps: ['w_1', 'w2'],
    aliases: ['fs_ext4', 'pci:v[0-9]*_x'],
    firmware: ['a-b/c_d*.bin', 'e=f'],
    vermagic: '6.1.0-x SMP mod_unload ',
  });
});

test('parseModinfo gives empty lists for an empty depends', () => {
  const info = parseModinfo(modinfoSection(['depends=']));
  assert.deepEqual(info, {
    name: undefined,
    depends: [],
    softdeps: [],
    weakdeps: [],
    aliases: [],
    firmware: [],
    vermagic: undefined,
  });
});

test('parseBuiltinModinfo sorts the fields by module', () => {
  const infos = parseBuiltinModinfo(
    modinfoSection([
      'stray=1',
      'jbd2.softdep=pre: crc32c',
      'e-1000.firmware=x',
      'jbd2.license=GPL',
      'e_1000.firmware=y.z',
    ]),
  );
  assert.deepEqual([...infos.keys()], ['jbd2', 'e_1000']);
  assert.deepEqual(infos.get('jbd2')?.softdeps, ['crc32c']);
  assert.deepEqual(infos.get('e_1000')?.firmware, ['x', 'y.z']);
  assert.equal(infos.get('e_1000')?.name, 'e_1000');
});

test('parseModulesDep keeps paths and their order', () => {
  const records = parseModulesDep(
    '# comment\n\nkernel/a-1.ko.xz: kernel/c.ko.xz kernel/b.ko.xz\nkernel/b.ko.xz:\n',
  );
  assert.deepEqual(
    [...records],
    [
      [
        'kernel/a-1.ko.xz',
        {
          name: 'a_1',
          path: 'kernel/a-1.ko.xz',
          dependencies: ['kernel/c.ko.xz', 'kernel/b.ko.xz'],
        },
      ],
      ['kernel/b.ko.xz', { name: 'b', path: 'kernel/b.ko.xz', dependencies: [] }],
    ],
  );
});

test('parseModulesDep takes paths from the root as those below the modules directory', () => {
  const text =
    '/lib/modules/7.0/kernel/a.ko: /lib/modules/7.0/kernel/b.ko\n/usr/lib/modules/7.0/extra/c.ko:\n';
  const records = parseModulesDep(text);
  assert.deepEqual([...records.keys()], ['kernel/a.ko', 'extra/c.ko']);
  assert.deepEqual(records.get('kernel/a.ko')?.dependencies, ['kernel/b.ko']);
});

test('parseModulesDep names the line that is none', () => {
  assert.throws(() => parseModulesDep('a.ko:\ngarbage\n'), {
    name: 'BuildError',
    message: /line 2: found "garbage"/,
  });
  assert.throws(() => parseModulesDep(': a.ko\n'), /line 1/);
});

test('parseModulesSoftdep takes words before pre: too and joins lines of one module', () => {
  const text =
    '# Soft dependencies\nsoftdep cifs gcm\nsoftdep b-x pre: a-y post: c\nsoftdep b_x post: d c\nweakdep no other\n';
  assert.deepEqual(
    [...parseModulesSoftdep(text)],
    [
      ['cifs', ['gcm']],
      ['b_x', ['a_y', 'c', 'd']],
    ],
  );
});

test('parseModulesWeakdep reads its own keyword only', () => {
  assert.deepEqual(
    [...parseModulesWeakdep('weakdep a-1 b-1 c\nsoftdep x pre: y\n')],
    [['a_1', ['b_1', 'c']]],
  );
});

test('parseModulesBuiltin gives names, parseModulesOrder paths', () => {
  const text = 'kernel/fs/ext4/ext4.ko\nkernel/a/usb-common.ko\n\n';
  assert.deepEqual([...parseModulesBuiltin(text)], ['ext4', 'usb_common']);
  assert.deepEqual(parseModulesOrder(text), ['kernel/fs/ext4/ext4.ko', 'kernel/a/usb-common.ko']);
});

test('parseModulesAlias splits at the last blank and normalises', () => {
  assert.deepEqual(
    parseModulesAlias('# c\nalias fs-ext4 ext4\nalias dmi:* Foo Bar:[a-z]- my-mod\nalias half\n'),
    [
      { pattern: 'fs_ext4', module: 'ext4' },
      { pattern: 'dmi:* Foo Bar:[a-z]_', module: 'my_mod' },
    ],
  );
});

test('indexAliases gives every match once, in order', () => {
  const aliases = parseModulesAlias(
    'alias pci:v00008086d*sv*sd*bc*sc*i* first\nalias pci:v*d*sv*sd*bc01sc06i01* ahci\nalias pci:v00008086d*sv*sd*bc01sc06i* first\nalias usb:v*-x none\n',
  );
  const find = indexAliases(aliases);
  assert.deepEqual(find('pci:v00008086d00002922sv0sd0bc01sc06i01'), ['first', 'ahci']);
  assert.deepEqual(find('usb:v1_x'), ['none']);
  assert.deepEqual(find('pci:v1234'), []);
});

/** "on" → [B, A] by priority, "one" → [C], "once" → [D]; offsets by hand. */
function index(): Buffer {
  const u32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value >>> 0);
    return bytes;
  };
  const text = (value: string): Buffer => Buffer.from(`${value}\0`);
  const one = Buffer.concat([u32(1), u32(0), text('C')]); // value only, at 12
  const once = Buffer.concat([text('e'), u32(1), u32(0), text('D')]); // prefix and value, at 12 + 10
  const root = 12 + one.length + once.length;
  const on = Buffer.concat([
    text('on'),
    Buffer.from('ce'),
    u32(0x80000000 + 0x40000000 + 12 + one.length),
    u32(0),
    u32(0x40000000 + 12),
    u32(2),
    u32(5),
    text('A'),
    u32(1),
    text('B'),
  ]);
  return Buffer.concat([u32(0xb007f457), u32(0x00020001), u32(0xe0000000 + root), one, once, on]);
}

test('parseModulesBin walks prefixes, children and values by priority', () => {
  assert.deepEqual(
    [...parseModulesBin(index())],
    [
      ['on', ['B', 'A']],
      ['once', ['D']],
      ['one', ['C']],
    ],
  );
});

test('parseModulesBin refuses other magics, other versions and every cut', () => {
  const change = (at: number, value: number): Buffer => {
    const bytes = index();
    bytes.writeUInt32BE(value, at);
    return bytes;
  };
  assert.throws(() => parseModulesBin(change(0, 0xb007fa57)), /magic b007fa57, wanted b007f457/);
  assert.throws(() => parseModulesBin(change(4, 0x00010001)), /version 1\.1/);
  assert.doesNotThrow(() => parseModulesBin(change(4, 0x00020002)));
  assert.throws(() => parseModulesBin(change(8, 0xefffffff)), { name: 'BuildError' });
  for (let length = 0; length < index().length; length++) {
    assert.throws(
      () => parseModulesBin(index().subarray(0, length)),
      { name: 'BuildError' },
      `${length}`,
    );
  }
});

test('parseModulesBin does not follow a loop for ever', () => {
  const loop = Buffer.from('b007f457000200012000000c61622000000c2000000c', 'hex');
  assert.throws(() => parseModulesBin(loop), /loop of nodes/);
});

const SOURCES: Readonly<
  Record<string, { readonly code: string; readonly info: readonly string[] }>
> = {
  'kernel/lib/lib-base.ko': {
    code: 'int base(void){return 1;} const char e[] __attribute__((section("__ksymtab_strings")))="base";',
    info: ['name=lib_base', 'depends=', 'license=GPL'],
  },
  'kernel/lib/mid.ko': {
    code: 'extern int base(void); int mid(void){return base();} const char e[] __attribute__((section("__ksymtab_strings")))="mid";',
    info: ['name=mid', 'depends=lib-base', 'license=GPL', 'softdep=pre: lib-base'],
  },
  'kernel/drivers/top.ko': {
    code: 'extern int mid(void); int top(void){return mid();}',
    info: [
      'name=top',
      'depends=mid',
      'alias=pci:v*d*-x',
      'alias=fs-top',
      'firmware=top.bin',
      'license=GPL',
    ],
  },
};

test(
  'what depmod and modinfo say of a small tree is what is read',
  { skip: without('depmod') || without('gcc') || without('modinfo') },
  () => {
    const base = mkdtempSync(join(tmpdir(), 'pkginitrd-test-'));
    try {
      const directory = join(base, 'lib/modules/1.0');
      for (const [path, { code, info }] of Object.entries(SOURCES)) {
        const file = join(directory, path);
        mkdirSync(join(file, '..'), { recursive: true });
        const text = info.map((field) => `${field}\\0`).join('""');
        const source = `${code} const char m[] __attribute__((section(".modinfo")))="${text}";`;
        writeFileSync(`${file}.c`, source);
        output(['gcc', '-c', '-fno-pic', '-o', file, `${file}.c`]);
        rmSync(`${file}.c`);
      }
      writeFileSync(join(directory, 'modules.order'), '');
      writeFileSync(join(directory, 'modules.builtin'), 'kernel/fs/built-in-one.ko\n');
      output(['depmod', '-b', base, '1.0']);
      const text = (name: string): string => readFileSync(join(directory, name), 'utf8');
      const records = parseModulesDep(text('modules.dep'));
      assert.deepEqual(records.get('kernel/drivers/top.ko')?.dependencies, [
        'kernel/lib/mid.ko',
        'kernel/lib/lib-base.ko',
      ]);
      const binary = parseModulesBin(readFileSync(join(directory, 'modules.dep.bin')));
      const lines = text('modules.dep').trim().split('\n');
      assert.deepEqual([...binary.values()].flat().toSorted(), lines.toSorted());
      assert.deepEqual([...binary.keys()].toSorted(), ['lib_base', 'mid', 'top']);
      const aliases = parseModulesAlias(text('modules.alias'));
      assert.deepEqual(indexAliases(aliases)('fs-top'), ['top']);
      assert.deepEqual(indexAliases(aliases)('pci:v1d2_x'), ['top']);
      const binaryAliases = parseModulesBin(readFileSync(join(directory, 'modules.alias.bin')));
      for (const { pattern, module } of aliases)
        assert.deepEqual(binaryAliases.get(pattern), [module]);
      assert.deepEqual(parseModulesSoftdep(text('modules.softdep')).get('mid'), ['lib_base']);
      for (const path of Object.keys(SOURCES)) {
        const file = join(directory, path);
        const bytes = readFileSync(file);
        const section = readElfSection((at, length) => bytes.subarray(at, at + length), '.modinfo');
        assert.ok(section);
        const fields = output(['modinfo', '-0', file])
          .toString()
          .split('\0')
          .filter((field) => !/^filename:|^$/.test(field));
        const ours = section
          .toString()
          .split('\0')
          .filter((field) => field !== '');
        assert.deepEqual(
          fields.map((field) => field.replace(/^(\w+):\s*/, '$1=')).toSorted(),
          ours.toSorted(),
        );
      }
    } finally {
      rmSync(base, { recursive: true });
    }
  },
);
