import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Codec, Entry } from '../model/image.ts';
import type { HostEntry, MicrocodePlan } from '../model/plan.ts';
import { describeReason } from '../model/reason.ts';
import type { RootFiles, Sys } from '../model/sys.ts';
import { arrange, type SourcedEntry } from './members.ts';
import { fileChunks } from './write-image.ts';

/**
 * The processors' microcode where the kernel looks for it before anything is unpacked
 * (Documentation/arch/x86/microcode.rst), joined in `workspace`.
 */
export async function microcodePart(
  sys: Sys,
  plans: readonly MicrocodePlan[],
  kernelRoot: AbsolutePath,
  mtime: number,
  workspace: AbsolutePath,
  codec: Pick<Codec, 'decompress'>,
): Promise<readonly Entry[]> {
  const host = sys.root(kernelRoot);
  const files: SourcedEntry[] = [];
  for (const [index, { target, sources }] of plans.entries()) {
    const source = absolutePath(`${workspace}/microcode-${index}`);
    const { bytes: size } = await sys.writeNew(source, joined(sys, host, sources, codec), 0o600);
    files.push({
      entry: {
        type: 'file',
        path: target,
        mode: 0o644,
        uid: 0,
        gid: 0,
        mtime,
        content: { type: 'file', source, size },
      },
      from: sources.join(', '),
    });
  }
  return arrange(files, mtime);
}

async function* joined(
  sys: Sys,
  host: RootFiles,
  sources: readonly string[],
  { decompress }: Pick<Codec, 'decompress'>,
): AsyncGenerator<Uint8Array> {
  for (const path of sources) {
    required(host.stat(path), path);
    const chunks = fileChunks(sys, host.resolve(path));
    const compression = path.endsWith('.zst') ? 'zstd' : path.endsWith('.xz') ? 'xz' : 'none';
    yield* decompress(chunks, compression);
  }
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

function required<T>(found: T | undefined, path: string): T {
  if (found !== undefined) return found;
  throw new BuildError(`Cannot read "${path}": it was there when the plan was made`, {
    hint: 'Build again',
  });
}
