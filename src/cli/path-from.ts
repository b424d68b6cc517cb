import { absolutePath, type AbsolutePath } from '../model/brands.ts';

/** A path as the user wrote it, seen from the directory that the user stands in. */
export function pathFrom(directory: string, raw: string): AbsolutePath {
  return absolutePath(raw.startsWith('/') ? raw : `${directory}/${raw}`);
}
