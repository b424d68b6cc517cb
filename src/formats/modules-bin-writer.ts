// Writes kmod's binary indexes as its depmod does (kmod, tools/depmod.c: index_insert and index_write).

/** A key with one of its values; kmod reads those of one key by ascending priority. */
export interface IndexRow {
  /** ASCII. */
  readonly key: string;
  readonly value: string;
  readonly priority: number;
}

/** The whole index. Rows of one key and priority keep their order. */
export function encodeModulesBin(rows: Iterable<IndexRow>): Buffer {
  const byKey = new Map<string, IndexRow[]>();
  for (const row of rows) {
    const others = byKey.get(row.key);
    if (others === undefined) byKey.set(row.key, [row]);
    else others.push(row);
  }
  const keys = [...byKey.keys()].sort();
  const file = writer();
  // The root has no prefix.
  file.setRoot(
    writeNode({ keys, values: byKey, file }, { from: 0, to: keys.length, start: 0, depth: 0 }),
  );
  return file.bytes();
}

interface Index {
  /** Sorted. */
  readonly keys: readonly string[];
  readonly values: ReadonlyMap<string, readonly IndexRow[]>;
  readonly file: Writer;
}

/** The keys `from` up to `to` have the same first `depth` characters, of which those from `start` are the node's prefix. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly depth: number;
}

/** Writes a node behind all that lies below it. Returns its offset with flags that say what it has. */
function writeNode({ keys, values, file }: Index, { from, to, start, depth }: Range): number {
  const first = keys[from] ?? '';
  const own = first.length === depth ? values.get(first) : undefined;
  const children: { readonly label: number; readonly node: number }[] = [];
  for (let at = own === undefined ? from : from + 1; at < to;) {
    const key = keys[at] ?? '';
    let end = at + 1;
    while (end < to && keys[end]?.charCodeAt(depth) === key.charCodeAt(depth)) end += 1;
    const range = { from: at, to: end, start: depth + 1, depth: shared(key, keys[end - 1] ?? '') };
    children.push({ label: key.charCodeAt(depth), node: writeNode({ keys, values, file }, range) });
    at = end;
  }
  let flags = file.position();
  if (depth > start) {
    flags += HAS_PREFIX;
    file.text(first.slice(start, depth));
  }
  const [lowest, highest] = [children[0]?.label, children.at(-1)?.label];
  if (lowest !== undefined && highest !== undefined) {
    flags += HAS_CHILDREN;
    file.labels(lowest, highest);
    const nodes = new Map(children.map(({ label, node }) => [label, node]));
    for (let label = lowest; label <= highest; label += 1) file.word(nodes.get(label) ?? 0);
  }
  if (own === undefined) return flags;
  file.word(own.length);
  for (const { priority, value } of own.toSorted((a, b) => a.priority - b.priority)) {
    file.word(priority);
    file.text(value);
  }
  return flags + HAS_VALUES;
}

/** How many first characters two keys have in common. */
function shared(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a.charCodeAt(length) === b.charCodeAt(length)) length += 1;
  return length;
}

const MAGIC = 0xb007f457;
const VERSION = 0x0002_0001;
const HAS_PREFIX = 0x80000000;
const HAS_VALUES = 0x40000000;
const HAS_CHILDREN = 0x20000000;

/** The first bytes of an index of the form that is written here. */
export const modulesBinHead: Uint8Array = headOf();

function headOf(): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(MAGIC, 0);
  head.writeUInt32BE(VERSION, 4);
  return head;
}

type Writer = ReturnType<typeof writer>;

/** A file that grows; numbers are big-endian, texts end in NUL. */
function writer() {
  let buffer = Buffer.alloc(1 << 16);
  let length = modulesBinHead.length + 4;
  buffer.set(modulesBinHead);
  const room = (bytes: number): number => {
    while (length + bytes > buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
    length += bytes;
    return length - bytes;
  };
  return {
    position: () => length,
    word: (value: number) => {
      const at = room(4);
      buffer.writeUInt32BE(value, at);
    },
    labels: (first: number, last: number) => {
      const at = room(2);
      buffer.writeUInt8(first, at);
      buffer.writeUInt8(last, at + 1);
    },
    text: (value: string) => {
      const at = room(Buffer.byteLength(value) + 1);
      buffer.write(value, at);
      buffer.writeUInt8(0, length - 1);
    },
    setRoot: (node: number) => void buffer.writeUInt32BE(node, modulesBinHead.length),
    bytes: () => buffer.subarray(0, length),
  };
}
