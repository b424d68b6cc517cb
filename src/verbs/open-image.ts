import { unpack } from '../compress/unpack.ts';
import type { Place } from '../formats/initrd/walk.ts';
import { peSections, type PeSection } from '../formats/pe.ts';
import type { ReadAt } from '../formats/read-at.ts';
import type { ContentSource } from '../inspect/read-contents.ts';
import type { AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Sys } from '../model/sys.ts';

/** Runs `work` on an initrd, or on that in a unified kernel image. */
export async function withImage<Result>(
  sys: Sys,
  path: AbsolutePath,
  work: (source: ContentSource) => Promise<Result>,
): Promise<Result> {
  const file = sys.open(path);
  try {
    const read: ReadAt = (offset, length) => file.read(offset, length);
    const sections = peSections(read);
    const places = sections === undefined ? [whole(file.size)] : initrds(path, sections, file.size);
    return await work({
      path,
      kind: sections === undefined ? 'initrd' : 'uki',
      bytes: file.size,
      places: places.map((place) => ({ ...place, read })),
      unpack: (compression, chunks) => unpack(sys, compression, chunks),
    });
  } finally {
    file.close();
  }
}

type Range = Pick<Place, 'start' | 'end'>;

function whole(size: number): Range {
  return { start: 0, end: size };
}

// systemd-stub(7) puts the microcode before the initrd.
const unpacked = ['.ucode', '.initrd'];

function initrds(
  path: AbsolutePath,
  sections: readonly PeSection[],
  size: number,
): readonly Range[] {
  // What a profile of a UKI with several has of its own follows this section.
  const profile = sections.findIndex(({ name }) => name === '.profile');
  const common = profile === -1 ? sections : sections.slice(0, profile);
  const found = unpacked.flatMap((name) => common.find((each) => each.name === name) ?? []);
  if (!found.some(({ name }) => name === '.initrd')) {
    throw new BuildError(
      `Cannot find an initrd in "${path}": it is a program for EFI without a section .initrd`,
      { hint: 'It may be a kernel or a boot loader; name an initrd or a unified kernel image' },
    );
  }
  for (const { name, offset, size: length } of found) {
    if (offset + length <= size) continue;
    throw new BuildError(
      `Cannot read section ${name} of "${path}": it ends at byte ${offset + length}, the file at ${size}`,
      { hint: 'The file is cut off: copy or build it again' },
    );
  }
  return found.map(({ offset, size: length }) => ({ start: offset, end: offset + length }));
}
