import { parseEnvFile } from '../formats/env-file.ts';
import type { HostFile, KeyboardFacts } from '../model/facts.ts';
import type { Reason } from '../model/reason.ts';
import type { RootFiles } from '../model/sys.ts';
import { fontFiles, keymapFiles } from './keymaps.ts';

/** The layout of the host's console keyboard, and the files that loadkeys(1) and setfont(8) need for it. */
export function readKeyboard(root: RootFiles, commandLine: readonly string[]): KeyboardFacts {
  const words = [...wordsOfFile(root, '/etc/vconsole.conf'), ...wordsOfCommandLine(commandLine)];
  const last = (key: string): Word | undefined => words.findLast((word) => word.key === key);
  const keymap = [last('KEYMAP')].filter((word) => word !== undefined && !isUs(word.value));
  const xkb = cachedLayout(root);
  const layout = keymap[0] ?? xkb;
  if (layout === undefined) return { layout: null, files: [], warnings: [] };

  const named = [
    ...['KEYMAP', 'KEYMAP_TOGGLE'].map((key) => [last(key), keymapFiles] as const),
    ...['FONT', 'FONT_MAP', 'FONT_UNIMAP'].map((key) => [last(key), fontFiles] as const),
  ];
  const files: HostFile[] = [];
  const warnings: string[] = [];
  for (const [word, find] of named) {
    if (word === undefined || isNothing(word.value)) continue;
    const found = find(root, word.value);
    files.push(...found.flatMap((path) => hostFile(root, path, word.from)));
    if (found.length > 0) continue;
    warnings.push(
      `Cannot find "${word.value}", which ${word.key}= names, on the host: the initrd's console goes on without`,
    );
  }
  const cached = xkb === undefined ? [] : cachedKeymaps(root);
  files.push(...cached.flatMap((path) => hostFile(root, path, layout.from)));
  if (keymap.length === 0 && cached.length === 0) {
    warnings.push(
      `Cannot find a console keymap for the layout "${layout.value}" of /etc/default/keyboard, so that a passphrase is typed as ` +
        'on an American keyboard: run "setupcon --save-keyboard" of the package console-setup and build again',
    );
  }
  return { layout: { value: layout.value, from: layout.from }, files, warnings };
}

interface Word {
  readonly key: string;
  readonly value: string;
  readonly from: Reason;
}

function wordsOfFile(root: RootFiles, file: string): readonly Word[] {
  const text = root.readText(file) ?? '';
  const lines = text.split('\n');
  return [...parseEnvFile(text)].map(([key, value]) => {
    const index = lines.findLastIndex((line) => line.trimStart().startsWith(`${key}=`));
    const at = { type: 'file', file, line: index + 1 } as const;
    return { key, value, from: { type: 'host line', at, text: lines[index]?.trim() ?? '' } };
  });
}

// systemd-vconsole-setup.service(8), with the spellings of old.
function wordsOfCommandLine(commandLine: readonly string[]): readonly Word[] {
  return commandLine.flatMap((option) => {
    const [, key, value] = /^(?:rd\.)?vconsole\.(\w+(?:[._]\w+)?)=(.*)$/.exec(option) ?? [];
    if (key === undefined || value === undefined) return [];
    const from = { type: 'kernel option', option } as const;
    return [{ key: key.toUpperCase().replace('.', '_'), value, from }];
  });
}

/** The layout of keyboard(5) where console-setup makes a console keymap of it; systemd-vconsole-setup reads no XKB layout. */
function cachedLayout(root: RootFiles): Word | undefined {
  if (root.stat('/usr/lib/systemd/systemd-vconsole-setup') !== undefined) return undefined;
  const words = wordsOfFile(root, '/etc/default/keyboard');
  const layout = words.find(({ key }) => key === 'XKBLAYOUT');
  const variant = words.find(({ key }) => key === 'XKBVARIANT')?.value ?? '';
  if (layout === undefined || layout.value === '') return undefined;
  return isUs(layout.value) && variant === '' ? undefined : layout;
}

/** The keymap that console-setup has made for the boot, which its script names. */
function cachedKeymaps(root: RootFiles): readonly string[] {
  const script = root.readText('/etc/console-setup/cached_setup_keyboard.sh') ?? '';
  const named = [...script.matchAll(/loadkeys\s+'?(\/[^\s']+)/g)].map(([, path = '']) => path);
  const there = named.filter((path) => root.stat(path) !== undefined);
  if (there.length > 0) return there;
  return root.glob('/etc/console-setup/cached_*.kmap.gz').map((path) => `/${path}`);
}

function hostFile(root: RootFiles, path: string, reason: Reason): readonly HostFile[] {
  const stat = root.stat(path);
  return stat === undefined ? [] : [{ path, reason, secret: false, size: stat.size }];
}

// The kernel has an American layout of its own, which systemd calls @kernel.
function isUs(layout: string): boolean {
  return isNothing(layout) || layout === 'us' || layout === 'defkeymap';
}

function isNothing(value: string): boolean {
  return value === '' || value === '@kernel';
}
