// kmod's binary indexes modules.dep.bin, modules.alias.bin, modules.symbols.bin: a trie (kmod, libkmod-index.c).
import { BuildError } from '../model/errors.ts';

/**
 * Key to its values in the order of their priority. In modules.dep.bin a key is a module's name and its one
 * value the line of modules.dep.
 * @throws BuildError for another magic or version, and for nodes that lie outside or form a loop
 */
export function parseModulesBin(bytes: Uint8Array): Map<string, readonly string[]> {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < 12) throw damaged(`${file.length} bytes, wanted at least 12`);
  const [magic, version, root] = [file.readUInt32BE(0), file.readUInt32BE(4), file.readUInt32BE(8)];
  if (magic !== MAGIC) throw damaged(`magic ${magic.toString(16)}, wanted ${MAGIC.toString(16)}`);
  // Minor versions are compatible, so kmod looks at the upper half only.
  if (version >>> 16 !== 2)
    throw damaged(`version ${version >>> 16}.${version & 0xffff}, wanted 2.1`);
  const result = new Map<string, readonly string[]>();
  walk(file, root, '', result, { nodes: 0 });
  return result;
}

const MAGIC = 0xb007f457;
const HAS_PREFIX = 0x80000000;
const HAS_VALUES = 0x40000000;
const HAS_CHILDREN = 0x20000000;
const OFFSET_MASK = 0x0fffffff;
/** No key of an index is longer, so what goes deeper is a loop. */
const KEY_MAX = 4096;

function walk(
  file: Buffer,
  node: number,
  parentKey: string,
  result: Map<string, readonly string[]>,
  visited: { nodes: number },
): void {
  let at = node & OFFSET_MASK;
  if (at === 0) return;
  // A node takes bytes of its own, so a sound file cannot have more nodes than bytes.
  if (parentKey.length > KEY_MAX || ++visited.nodes > file.length) throw damaged('a loop of nodes');
  let key = parentKey;
  if ((node & HAS_PREFIX) !== 0) {
    const prefix = text(file, at);
    key += prefix;
    at += prefix.length + 1;
  }
  const children: { label: string; node: number }[] = [];
  if ((node & HAS_CHILDREN) !== 0) {
    const [first, last] = [byte(file, at), byte(file, at + 1)];
    at += 2;
    for (let label = first; label <= last; label++, at += 4) {
      children.push({ label: String.fromCharCode(label), node: word(file, at) });
    }
  }
  if ((node & HAS_VALUES) !== 0) {
    result.set(key, readValues(file, at));
  }
  for (const child of children) walk(file, child.node, key + child.label, result, visited);
}

function readValues(file: Buffer, start: number): string[] {
  const count = word(file, start);
  let at = start + 4;
  const values: { priority: number; value: string }[] = [];
  for (let i = 0; i < count; i++) {
    const value = text(file, at + 4);
    values.push({ priority: word(file, at), value });
    at += 4 + value.length + 1;
  }
  const sorted = values.toSorted((a, b) => a.priority - b.priority);
  return sorted.map(({ value }) => value);
}

function text(file: Buffer, at: number): string {
  const end = file.indexOf(0, at);
  if (at >= file.length || end === -1) throw damaged(`a string at offset ${at} that does not end`);
  // One character per byte, so that the string's length is its length in the file.
  return file.toString('latin1', at, end);
}

function byte(file: Buffer, at: number): number {
  const value = file[at];
  if (value === undefined) throw damaged(`a node at offset ${at} beyond its end`);
  return value;
}

function word(file: Buffer, at: number): number {
  if (at + 4 > file.length) throw damaged(`a node at offset ${at} beyond its end`);
  return file.readUInt32BE(at);
}

function damaged(what: string): BuildError {
  return new BuildError(`Cannot read kmod's binary index: found ${what}`, {
    hint: 'Run depmod for this kernel',
  });
}
