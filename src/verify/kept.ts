import type { Overlay } from './overlay.ts';

/** The content of an index that was kept while the image was read; undefined where it is not in the image. */
export function keptBytes(overlay: Overlay, path: string): Buffer | undefined {
  const found = overlay.lookup(path);
  if (found.type !== 'found' || found.node.type !== 'file') return undefined;
  const { facts } = found.node;
  // An empty file is not handed over, and is there all the same.
  return facts.type === 'kept' ? facts.bytes : Buffer.alloc(0);
}
