// The `.modinfo` section of a kernel module (linux/moduleinfo.h): NUL-separated `key=value`, keys may repeat.
import type { ModuleInfo } from '../model/facts.ts';
import { normalizeAlias, normalizeModuleName } from './module-name.ts';
import { softdepWords } from './modules-softdep.ts';

/** Names and aliases come out with `_` for `-`, firmware as it stands. */
export function parseModinfo(section: Uint8Array): ModuleInfo {
  return moduleInfo(fields(section));
}

/** modules.builtin.modinfo: the same with `name.key=value`, for all that is built in. */
export function parseBuiltinModinfo(bytes: Uint8Array): Map<string, ModuleInfo> {
  const byModule = new Map<string, Field[]>();
  for (const { key, value } of fields(bytes)) {
    const dot = key.indexOf('.');
    if (dot === -1) continue;
    const name = normalizeModuleName(key.slice(0, dot));
    const own = byModule.get(name) ?? [];
    own.push({ key: key.slice(dot + 1), value });
    byModule.set(name, own);
  }
  return new Map([...byModule].map(([name, own]) => [name, { ...moduleInfo(own), name }]));
}

interface Field {
  readonly key: string;
  readonly value: string;
}

function fields(bytes: Uint8Array): Field[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.split('\0').flatMap((field) => {
    const equals = field.indexOf('=');
    return equals === -1 ? [] : [{ key: field.slice(0, equals), value: field.slice(equals + 1) }];
  });
}

function moduleInfo(all: readonly Field[]): ModuleInfo {
  const values = (key: string): string[] =>
    all.filter((field) => field.key === key).map(({ value }) => value);
  const name = values('name')[0];
  return {
    name: name === undefined ? undefined : normalizeModuleName(name),
    depends: values('depends').flatMap((value) => names(value.split(','))),
    softdeps: values('softdep').flatMap(softdepWords),
    weakdeps: values('weakdep').flatMap((value) => names(value.split(/\s+/))),
    aliases: values('alias').map(normalizeAlias),
    firmware: values('firmware'),
    vermagic: values('vermagic')[0],
  };
}

function names(words: readonly string[]): string[] {
  return words.filter((word) => word !== '').map(normalizeModuleName);
}
