import { writeFileSync } from 'node:fs';
import { readContents, type ContentSource } from '../../../src/inspect/read-contents.ts';
import { absolutePath, type AbsolutePath } from '../../../src/model/brands.ts';
import type { ImageContents } from '../../../src/model/contents.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { withImage } from '../../../src/verbs/open-image.ts';

export const sys = makeSys({ searchPath: '/usr/sbin:/usr/bin:/sbin:/bin' });

/** Reads an image of these bytes by way of a file. */
export async function readImage(
  directory: AbsolutePath,
  image: Buffer,
  change: (source: ContentSource) => ContentSource = (source) => source,
): Promise<ImageContents> {
  const file = absolutePath(`${directory}/image`);
  writeFileSync(file, image);
  return withImage(sys, file, (source) => readContents(change(source), 'sha256'));
}

/** "path" or "path -> target" of each entry. */
export function paths({ entries }: ImageContents): readonly string[] {
  return entries.map(({ path, target }) => (target === undefined ? path : `${path} -> ${target}`));
}
