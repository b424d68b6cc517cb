import type { AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Codec, Entry } from '../model/image.ts';
import type { HostEntry, MicrocodePlan } from '../model/plan.ts';
import { describeReason } from '../model/reason.ts';
import type { Sys } from '../model/sys.ts';
import { arrange, type SourcedEntry } from './members.ts';

/** The processors' microcode where the kernel looks for it before anything is unpacked (Documentation/arch/x86/microcode.rst). */
export async function microcodePart(
  sys: Sys,
  plans: readonly MicrocodePlan[],
  kernelRoot: AbsolutePath,
  mtime: number,
  { decompress }: Pick<Codec, 'decompress'>,
): Promise<readonly Entry[]> {
  const host = sys.root(kernelRoot);
  const files: SourcedEntry[] = [];
  for (const { target, sources } of plans) {
    const pieces: Uint8Array[] = [];
    for (const path of sources) {
      const bytes = required(host.readBytes(path), path);
      const compression = path.endsWith('.zst') ? 'zstd' : path.endsWith('.xz') ? 'xz' : undefined;
      if (compression === undefined) pieces.push(bytes);
      else for await (const piece of decompress([bytes], compression)) pieces.push(piece);
    }
    files.push({
      entry: {
        type: 'file',
        path: target,
        mode: 0o644,
        uid: 0,
        gid: 0,
        mtime,
        content: { type: 'bytes', bytes: Buffer.concat(pieces) },
      },
      from: sources.join(', '),
    });
  }
  return arrange(files, mtime);
}

/** Files of this one machine: crypttab, key files, keyboard. All get the time `mtime`. */
export function hostEntries(
  sys: Sys,
  entries: readonly HostEntry[],
  hostRoot: AbsolutePath,
  mtime: number,
): readonly SourcedEntry[] {
  const host = sys.root(hostRoot);
  return entries.map(({ path, mode, content, from }) => ({
    entry: {
      type: 'file',
      path,
      mode,
      uid: 0,
      gid: 0,
      mtime,
      content: {
        type: 'bytes',
        bytes:
          content.type === 'text'
            ? Buffer.from(content.text)
            : required(host.readBytes(content.source), content.source),
      },
    },
    from: describeReason(from),
  }));
}

function required(bytes: Buffer | undefined, path: string): Buffer {
  if (bytes !== undefined) return bytes;
  throw new BuildError(`Cannot read "${path}": it was there when the plan was made`, {
    hint: 'Build again',
  });
}
