import { concatenate } from '../image/write-image.ts';
import type { WrittenPart } from '../model/image.ts';
import { reported, type Report } from '../model/progress.ts';
import type { Sys } from '../model/sys.ts';

/** The parts one after the other, and how far the reading is. */
export function partChunks(
  sys: Sys,
  parts: readonly WrittenPart[],
  report: Report,
): ReturnType<typeof reported> {
  const total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  return reported(concatenate(sys, parts), total, report);
}
