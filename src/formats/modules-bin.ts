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
  // A list, not recursion: the file says how deep it goes. The last in comes out first, so children go in backwards.
  const pending: Pending[] = [{ node: root, key: '' }];
  let read = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { key, values, children, length } = readNode(file, next);
    // Nodes share no bytes, so a sound file is not read further than it is long.
    read += Math.max(length, 1);
    if (read > file.length || key.length > KEY_MAX) throw damaged('a loop of nodes');
    if (values !== undefined) result.set(key, values);
    for (const child of children.toReversed()) pending.push(child);
  }
  return result;
}

const MAGIC = 0xb007f457;
const HAS_PREFIX = 0x80000000;
const HAS_VALUES = 0x40000000;
const HAS_CHILDREN = 0x20000000;
const OFFSET_MASK = 0x0fffffff;
/** No key of an index is longer, so what goes deeper is a loop. */
const KEY_MAX = 4096;

interface Pending {
  /** Its flags and its offset. */
  readonly node: number;
  readonly key: string;
}

interface Node {
  readonly key: string;
  readonly values: readonly string[] | undefined;
  readonly children: readonly Pending[];
  /** Bytes that it takes. */
  readonly length: number;
}

function readNode(file: Buffer, { node, key: parentKey }: Pending): Node {
  const start = node & OFFSET_MASK;
  if (start === 0) return { key: parentKey, values: undefined, children: [], length: 0 };
  let at = start;
  let key = parentKey;
  if ((node & HAS_PREFIX) !== 0) {
    const prefix = text(file, at);
    key += prefix;
    at += prefix.length + 1;
  }
  const children: Pending[] = [];
  if ((node & HAS_CHILDREN) !== 0) {
    const [first, last] = [byte(file, at), byte(file, at + 1)];
    at += 2;
    for (let label = first; label <= last; label++, at += 4) {
      const child = word(file, at);
      if ((child & OFFSET_MASK) === 0) continue;
      children.push({ node: child, key: key + String.fromCharCode(label) });
    }
  }
  if ((node & HAS_VALUES) === 0) return { key, values: undefined, children, length: at - start };
  const { values, end } = readValues(file, at);
  return { key, values, children, length: end - start };
}

function readValues(file: Buffer, start: number): { values: string[]; end: number } {
  const count = word(file, start);
  let at = start + 4;
  const values: { priority: number; value: string }[] = [];
  for (let i = 0; i < count; i++) {
    const value = text(file, at + 4);
    values.push({ priority: word(file, at), value });
    at += 4 + value.length + 1;
  }
  const sorted = values.toSorted((a, b) => a.priority - b.priority);
  return { values: sorted.map(({ value }) => value), end: at };
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
