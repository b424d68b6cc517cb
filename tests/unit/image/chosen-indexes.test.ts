import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeModulesBin } from '../../../src/formats/modules-bin-writer.ts';
import { parseModulesBin } from '../../../src/formats/modules-bin.ts';
import { chosenIndexes } from '../../../src/image/chosen-indexes.ts';
import type { PlannedModule } from '../../../src/model/plan.ts';

const lists: Readonly<Record<string, string>> = {
  'modules.dep': 'kernel/b.ko:\nkernel/a-x.ko.xz: kernel/b.ko\nextra/c.ko:\n',
  'modules.alias':
    '# Aliases\nalias pci:v1* c\nalias fs-x a_x\nalias pci:v1* b\nalias pci:v1* a_x\n',
  'modules.symbols': '# Symbols\nalias symbol:one b\nalias symbol:two c\n',
  'modules.softdep': '# Soft\nsoftdep a_x pre: c\nsoftdep c pre: b\n',
  'modules.devname': '# Nodes\nc fuse c10:229\n',
};

function choose(paths: readonly string[], changes: Readonly<Record<string, string | null>> = {}) {
  const modules = paths.map((path): PlannedModule => {
    const name = path.replace(/^.*\/|\.ko.*$/g, '').replaceAll('-', '_');
    return { path, name, from: { type: 'built in' } };
  });
  const head = encodeModulesBin([]);
  return chosenIndexes(modules, (name) => {
    const change = changes[name];
    if (change === null) return undefined;
    if (name === 'modules.dep.bin')
      return change === undefined ? head : Buffer.from(change, 'latin1');
    const text = change ?? lists[name];
    return text === undefined ? undefined : Buffer.from(text);
  });
}

test('chosenIndexes() keeps what is said of the chosen modules, in the order of all', () => {
  const found = choose(['kernel/a-x.ko.xz', 'kernel/b.ko']);
  const texts = Object.fromEntries(
    [...(found ?? [])]
      .filter(([name]) => !name.endsWith('.bin'))
      .map(([name, bytes]) => [name, bytes.toString()]),
  );
  assert.deepEqual(texts, {
    'modules.dep': 'kernel/b.ko:\nkernel/a-x.ko.xz: kernel/b.ko\n',
    'modules.alias': '# Aliases\nalias fs-x a_x\nalias pci:v1* b\nalias pci:v1* a_x\n',
    'modules.symbols': '# Symbols\nalias symbol:one b\n',
    'modules.softdep': '# Soft\nsoftdep a_x pre: c\n',
    'modules.devname': '# Nodes\n',
  });
  const index = (name: string) => parseModulesBin(found?.get(name) ?? Buffer.alloc(0));
  assert.deepEqual(
    index('modules.dep.bin'),
    new Map([
      ['a_x', ['kernel/a-x.ko.xz: kernel/b.ko']],
      ['b', ['kernel/b.ko:']],
    ]),
  );
  assert.deepEqual(index('modules.alias.bin').get('pci:v1*'), ['b', 'a_x']);
  assert.deepEqual(index('modules.alias.bin').get('fs_x'), ['a_x']);
});

const unknown: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  'there is no text of the dependencies': { 'modules.dep': null },
  'there is no text of the aliases': { 'modules.alias': null },
  'there is no text of the symbols': { 'modules.symbols': null },
  'there is no binary index': { 'modules.dep.bin': null },
  'the binary index has another form': { 'modules.dep.bin': '\xb0\x07\xf4\x57\x00\x02\x00\x02' },
  'a chosen module is not in the index': { 'modules.dep': 'kernel/a-x.ko.xz:\n' },
  'the index has paths from the root': {
    'modules.dep': '/lib/modules/1/kernel/b.ko:\n/lib/modules/1/kernel/a-x.ko.xz:\n',
  },
  'an alias cannot be a key': { 'modules.alias': 'alias fs-\u00e9 b\n' },
};

for (const [what, changes] of Object.entries(unknown)) {
  test(`chosenIndexes() leaves it to depmod where ${what}`, () => {
    assert.equal(choose(['kernel/a-x.ko.xz', 'kernel/b.ko'], changes), undefined);
  });
}

test('encodeModulesBin() writes what parseModulesBin() reads', () => {
  const keys = ['', 'a', 'ab', 'abc', 'abd', 'b*[0-9]', 'symbol:x', 'symbol:xy', '\x7f'];
  for (let count = 0; count <= keys.length; count += 1) {
    const rows = keys.slice(0, count).flatMap((key, place) => [
      { key, value: `second ${key}`, priority: 70_000 + place },
      { key, value: `first ${key}`, priority: place },
    ]);
    assert.deepEqual(
      [...parseModulesBin(encodeModulesBin(rows.toReversed()))],
      keys.slice(0, count).map((key) => [key, [`first ${key}`, `second ${key}`]]),
    );
  }
});
