import { createHash } from 'node:crypto';
import { byteReader } from '../formats/byte-reader.ts';
import { readMembers, type Decompress, type Member } from '../formats/initrd/members.ts';
import { wantsContent } from './file-facts.ts';
import { knownEntry, type KnownEntry } from './unpack.ts';

/** A part that was read back by itself and is sound: what an image is verified by where it holds these very bytes. */
export interface PartFacts {
  /** In hex, of all its bytes. */
  readonly sha256: string;
  readonly members: readonly MemberFacts[];
}

export interface MemberFacts {
  /** Bytes from the part's start. */
  readonly offset: number;
  /** Bytes in the part, padding not counted. */
  readonly bytes: number;
  readonly entries: readonly KnownEntry[];
}

/** Undefined where anything is wrong with it: the image that it goes into is to be read whole, and tells. */
export async function readBack(
  part: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  decompress: Decompress,
): Promise<PartFacts | undefined> {
  const hash = createHash('sha256');
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of part) {
      hash.update(chunk);
      yield chunk;
    }
  }
  const entries = new Map<number, KnownEntry[]>();
  let isSound = true;
  const reader = byteReader(hashed());
  const members = await readMembers(reader, decompress, {
    onMember: ({ index }) => void entries.set(index, []),
    onEntry: (entry, { index }) => void entries.get(index)?.push(knownEntry(entry)),
    onProblem: () => {
      isSound = false;
    },
    wants: wantsContent,
  });
  if (members === undefined || !isSound) return undefined;
  const facts = ({ index, offset, bytes }: Member): MemberFacts => ({
    ...{ offset, bytes },
    entries: entries.get(index) ?? [],
  });
  return { sha256: hash.digest('hex'), members: members.map(facts) };
}

/** The facts as plain JSON. */
export interface StoredFacts {
  readonly sha256: string;
  readonly members: readonly StoredMember[];
}

type StoredMember = Omit<MemberFacts, 'entries'> & {
  readonly entries: readonly (KnownEntry | KeptEntry)[];
};

/** A file whose content is kept, in base64. */
interface KeptEntry extends Omit<KnownEntry, 'node'> {
  readonly mode: number;
  readonly kept: string;
}

export function encodeFacts({ sha256, members }: PartFacts): StoredFacts {
  const encoded = members.map(({ entries, ...rest }) => ({
    ...rest,
    entries: entries.map(({ node, ...head }): KnownEntry | KeptEntry =>
      node.type === 'file' && node.facts.type === 'kept'
        ? { ...head, mode: node.mode, kept: node.facts.bytes.toString('base64') }
        : { ...head, node },
    ),
  }));
  return { sha256, members: encoded };
}

export function decodeFacts({ sha256, members }: StoredFacts): PartFacts {
  const decoded = members.map(({ entries, ...rest }) => ({
    ...rest,
    entries: entries.map((entry): KnownEntry => {
      if (!('kept' in entry)) return entry;
      const { mode, kept, ...head } = entry;
      const facts = { type: 'kept', bytes: Buffer.from(kept, 'base64') } as const;
      return { ...head, node: { type: 'file', mode, facts } };
    }),
  }));
  return { sha256, members: decoded };
}
