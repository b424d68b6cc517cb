// Reads a finished image back and proves that it can boot: nothing of it is taken on trust from the writer.
import { createHash } from 'node:crypto';
import { byteReader } from '../formats/byte-reader.ts';
import {
  memberName,
  readMembers,
  type Decompress,
  type MemberCompression,
} from '../formats/initrd/members.ts';
import { bootNeeds, type IsNeeded } from './boot-needs.ts';
import { checkInit } from './check-init.ts';
import { checkLibraries } from './check-libraries.ts';
import { checkModules } from './check-modules.ts';
import { checkSsh } from './check-ssh.ts';
import { checkSystemd } from './check-systemd.ts';
import { wantsContent, type ImageFiles } from './file-facts.ts';
import { libraryFinder } from './find-library.ts';
import { MODULE_SUFFIX } from '../formats/module-name.ts';
import { checkFirmware, checkPrograms } from './check-storage.ts';
import type { ProgramNeed, RootNeed } from '../model/plan.ts';
import { collectFindings, sentences, type Report, type VerifyReport } from './report.ts';
import type { MemberFacts, PartFacts } from './read-back.ts';
import { knownEntry, unpacking } from './unpack.ts';

export interface VerifyInput {
  /** The finished image, as it would be placed. */
  readonly image: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly decompress: Decompress;
  /** Members that were read back before, by their offsets: that their bytes are the same is the caller's to check. */
  readonly known?: ReadonlyMap<number, MemberFacts>;
  readonly expect: {
    readonly kernelVersion: string;
    /** True of an image for any machine. */
    readonly isGeneric?: boolean;
    /** Paths of the planned modules, relative to the modules directory. */
    readonly modules: readonly string[];
    /** Paths of the planned firmware, with their directory. */
    readonly firmware?: readonly string[];
    readonly rootNeeds?: readonly RootNeed[];
    readonly programs?: readonly ProgramNeed[];
    /** The compressions that the kernel can unpack; all that we know where absent. */
    readonly compressions?: readonly MemberCompression[];
  };
  /** Path without leading slash to the package that ships it, for messages. */
  readonly owners: ReadonlyMap<string, string>;
}

/**
 * Walks the image once, in the memory of its largest file. An image that cannot be read to its end gets
 * only the findings up to there, since the rest would follow from the first.
 */
export async function verifyImage(input: VerifyInput): Promise<VerifyReport> {
  const { findings, report } = collectFindings(input.owners);
  const hash = createHash('sha256');
  const reader = byteReader(hashed(input.image, hash.update.bind(hash)));
  const unpacked = unpacking(report);
  const members = await readMembers(reader, input.decompress, {
    onMember: (member) => {
      const { compressions: allowed } = input.expect;
      if (allowed?.includes(member.compression) ?? true) return;
      const message = `Compressed ${memberName(member)} with ${member.compression}, the kernel takes ${allowed?.join(', ')}`;
      report({ severity: 'error', check: 'compression', path: '', message });
    },
    passOver: (member) => {
      const facts = input.known?.get(member.offset);
      for (const entry of facts?.entries ?? []) unpacked.onEntry(entry, member);
      return facts && { bytes: facts.bytes, entries: facts.entries.length };
    },
    onEntry: (entry, member) => unpacked.onEntry(knownEntry(entry), member),
    onProblem: ({ kind, message }) => report({ severity: 'error', check: kind, path: '', message }),
    wants: wantsContent,
  });
  // Bytes behind a damaged member count for the digest all the same.
  await reader.skip(Number.POSITIVE_INFINITY);
  if (members !== undefined) checkSystem(unpacked.overlay, input, report);
  return {
    findings,
    warnings: sentences(findings),
    bytes: reader.position(),
    sha256: hash.digest('hex'),
    unpackedBytes: unpacked.unpackedBytes(),
    members: members ?? [],
  };
}

/** Where the members of parts that were read back begin in an image of `parts`, each padded to four bytes. */
export function knownMembers(
  parts: readonly { readonly bytes: number; readonly facts: PartFacts | undefined }[],
): ReadonlyMap<number, MemberFacts> {
  const known = new Map<number, MemberFacts>();
  let start = 0;
  for (const { bytes, facts } of parts) {
    for (const member of facts?.members ?? []) known.set(start + member.offset, member);
    start += Math.ceil(bytes / 4) * 4;
  }
  return known;
}

export { assertBootable } from './report.ts';
export { lacksLibraries, namePackages } from './name-packages.ts';

function checkSystem(overlay: ImageFiles, { expect }: VerifyInput, report: Report): void {
  const needs = { programs: expect.programs ?? [], hasModules: expect.modules.length > 0 };
  const finder = libraryFinder(overlay);
  const isNeeded = bootNeeds(overlay, finder, needs);
  checkWhole(overlay, isNeeded, report);
  checkInit(overlay, report);
  checkSystemd(overlay, needs, report);
  checkModules(overlay, expect, report);
  checkFirmware(overlay, expect.firmware ?? [], report);
  checkPrograms(overlay, needs.programs, report);
  checkSsh(overlay, expect.isGeneric === true ? 'warning' : 'error', report);
  checkLibraries(overlay, finder, isNeeded, needs, report);
}

/** Files that are run or loaded have to be whole: one that is cut off may do its work by luck, where nothing needs its other half. */
function checkWhole(overlay: ImageFiles, isNeeded: IsNeeded, report: Report): void {
  for (const [path, node] of overlay.entries()) {
    if (node.type !== 'file') continue;
    const { facts } = node;
    if (facts.type === 'empty' && MODULE_SUFFIX.test(path)) {
      report({ severity: 'error', check: 'elf', path, message: `Empty module "${path}"` });
    }
    if (facts.type === 'elf' && !facts.isWhole) {
      const message = `Cannot see which libraries "${path}" needs: it is too large, and has them in its middle`;
      report({ severity: 'warning', check: 'elf', path, message });
    }
    if (facts.type !== 'damaged') continue;
    // A file that the boot neither runs nor loads is somebody's data. modprobe goes on without the other indexes.
    const matters =
      MODULE_SUFFIX.test(path) || path.endsWith('/modules.alias.bin') || isNeeded(path);
    const message = `Damaged file "${path}": ${facts.message}`;
    report({ severity: matters ? 'error' : 'warning', check: 'elf', path, message });
  }
}

async function* hashed(
  chunks: VerifyInput['image'],
  update: (chunk: Uint8Array) => unknown,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    update(chunk);
    yield chunk;
  }
}
