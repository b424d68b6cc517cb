import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readKeyboard } from '../../../src/host/keyboard.ts';
import { describeReason } from '../../../src/model/reason.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

function read(t: TestContext, tree: Tree, commandLine: readonly string[] = []) {
  const root = rootFiles(plant(scratch(t), tree));
  const { layout, files, warnings } = readKeyboard(root, commandLine);
  return {
    layout: layout === null ? null : [layout.value, describeReason(layout.from)],
    paths: files.map(({ path }) => path),
    warnings,
  };
}

// As Fedora has it: two trees, a keymap of the same name in both.
const maps = '/usr/lib/kbd/keymaps';
const fedora: Tree = {
  'usr/lib/systemd/systemd-vconsole-setup': '',
  'etc/vconsole.conf': 'FONT="eurlatgr"\nKEYMAP=de-nodeadkeys\nXKBLAYOUT=de\n',
  [`${maps}/xkb/de-nodeadkeys.map.gz`.slice(1)]: gzipSync('keycode 21 = z\n'),
  [`${maps}/legacy/i386/qwertz/de-nodeadkeys.map.gz`.slice(1)]: gzipSync(
    'include "qwertz-layout"\n  include "compose.latin1"\nkeycode 21 = z\n',
  ),
  [`${maps}/legacy/i386/include/qwertz-layout.inc.gz`.slice(1)]: gzipSync(
    'include "linux-with-alt-and-altgr"\n',
  ),
  [`${maps}/legacy/i386/include/linux-with-alt-and-altgr.inc`.slice(1)]:
    'include "qwertz-layout.inc"\n',
  [`${maps}/legacy/include/compose.latin1.inc.gz`.slice(1)]: gzipSync('# include "nothing"\n'),
  [`${maps}/legacy/i386/qwerty/fr.map.gz`.slice(1)]: gzipSync(''),
  'usr/lib/kbd/consolefonts/eurlatgr.psfu.gz': '',
  'usr/lib/kbd/consolefonts/lat1-16.psfu.gz': '',
};

test('readKeyboard() takes the keymap of vconsole.conf with all that it includes, and the font', (t) => {
  assert.deepEqual(read(t, fedora), {
    layout: ['de-nodeadkeys', '/etc/vconsole.conf:2 "KEYMAP=de-nodeadkeys"'],
    paths: [
      `${maps}/legacy/i386/include/linux-with-alt-and-altgr.inc`,
      `${maps}/legacy/i386/include/qwertz-layout.inc.gz`,
      `${maps}/legacy/i386/qwertz/de-nodeadkeys.map.gz`,
      `${maps}/legacy/include/compose.latin1.inc.gz`,
      `${maps}/xkb/de-nodeadkeys.map.gz`,
      '/usr/lib/kbd/consolefonts/eurlatgr.psfu.gz',
    ],
    warnings: [],
  });
});

test('readKeyboard() takes all includes of a keymap that it cannot look into', (t) => {
  const tree = {
    'etc/vconsole.conf': 'KEYMAP=de\nKEYMAP_TOGGLE=ru\n',
    'usr/share/kbd/keymaps/i386/qwertz/de.map.xz': 'xz',
    'usr/share/kbd/keymaps/i386/qwertz/ru.map.gz': 'no gzip at all',
    'usr/share/kbd/keymaps/i386/include/a.inc': '',
    'usr/share/kbd/keymaps/include/b.inc': '',
  };
  assert.equal(read(t, tree).paths.length, 6);
});

test('readKeyboard() takes a path for a file', (t) => {
  const tree = { 'etc/vconsole.conf': 'KEYMAP=/etc/own.map\n', 'etc/own.map': 'include "gone"\n' };
  assert.deepEqual(read(t, tree).paths, ['/etc/own.map']);
});

const script = `#!/bin/sh
if [ -f /run/console-setup/keymap_loaded ]; then
    rm /run/console-setup/keymap_loaded
    exit 0
fi
kbd_mode '-u' < '/dev/tty1'
loadkeys '/etc/console-setup/cached_UTF-8_del.kmap.gz' > '/dev/null'
`;
const debian: Tree = {
  'etc/default/keyboard': 'XKBMODEL="pc105"\nXKBLAYOUT="de"\nXKBVARIANT=""\n',
  'etc/vconsole.conf': { link: 'default/keyboard' },
  'etc/console-setup/cached_setup_keyboard.sh': script,
  'etc/console-setup/cached_UTF-8_del.kmap.gz': '',
  'etc/console-setup/cached_ISO-8859-1_bs.kmap.gz': '',
};

test("readKeyboard() takes the keymap that Debian's console-setup has made", (t) => {
  assert.deepEqual(read(t, debian), {
    layout: ['de', '/etc/default/keyboard:2 "XKBLAYOUT="de""'],
    paths: ['/etc/console-setup/cached_UTF-8_del.kmap.gz'],
    warnings: [],
  });
  // The script of another release may say it otherwise.
  const other = read(t, { ...debian, 'etc/console-setup/cached_setup_keyboard.sh': '' });
  assert.equal(other.paths.length, 2);
});

test('readKeyboard() takes the variant of an American layout for another one', (t) => {
  const keyboard = { 'etc/default/keyboard': 'XKBLAYOUT=us\nXKBVARIANT=dvorak\n' };
  assert.equal(read(t, { ...debian, ...keyboard }).layout?.[0], 'us');
});

test('readKeyboard() says that a layout has no keymap', (t) => {
  const bare = { 'etc/default/keyboard': 'XKBLAYOUT=fr\n' };
  assert.match(read(t, bare).warnings.join(), /keymap for the layout "fr" .* run "setupcon/);
  const absent = { 'etc/vconsole.conf': 'KEYMAP=fr\n' };
  assert.match(read(t, absent).warnings.join(), /Cannot find "fr", which KEYMAP= names/);
});

for (const [name, tree, commandLine] of [
  ['no file', {}, []],
  ['an American keymap', { 'etc/vconsole.conf': 'KEYMAP="us"\nFONT=x\n' }, []],
  ['the kernel’s own', { 'etc/vconsole.conf': 'KEYMAP=@kernel\n' }, []],
  ['an American layout', { 'etc/default/keyboard': 'XKBLAYOUT="us"\nXKBVARIANT=""\n' }, []],
  // localectl writes both, and only the first is the console's.
  ['a layout of X', { ...fedora, 'etc/vconsole.conf': 'KEYMAP=us\nXKBLAYOUT=de\n' }, []],
  ['the command line', fedora, ['vconsole.keymap=us']],
] as const) {
  test(`readKeyboard() finds an American keyboard by ${name}`, (t) => {
    assert.deepEqual(read(t, tree, commandLine), { layout: null, paths: [], warnings: [] });
  });
}

test('readKeyboard() lets the command line decide', (t) => {
  const { layout, paths } = read(t, fedora, ['rd.vconsole.keymap=fr', 'vconsole.font.map=x']);
  assert.deepEqual(layout, ['fr', 'kernel command line: rd.vconsole.keymap=fr']);
  assert.ok(paths.includes(`${maps}/legacy/i386/qwerty/fr.map.gz`));
});
