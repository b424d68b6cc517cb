import { printImageDifference, printImageDifferenceJson } from '../cli/print-image-difference.ts';
import { compareContents, isDifferent } from '../inspect/compare-contents.ts';
import { readContents } from '../inspect/read-contents.ts';
import type { ImageContents } from '../model/contents.ts';
import { BuildError } from '../model/errors.ts';
import type { AbsolutePath } from '../model/brands.ts';
import type { DiffInvocation } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';
import { withImage } from './open-image.ts';
import type { Answer } from './verb.ts';

/** `pkginitrd diff A B`: how what they unpack to differs. An image that cannot be read to its end is compared with nothing. */
export async function diff(sys: Sys, { from, to, format }: DiffInvocation): Promise<Answer> {
  const [old, now] = [await read(sys, from), await read(sys, to)];
  const difference = compareContents(old, now);
  const differs = isDifferent(difference);
  const unnamed = [old, now].filter(({ manifest }) => manifest === undefined);
  const remarks =
    difference.packages === null
      ? unnamed.map(
          ({ path }) =>
            `pkginitrd: Packages are not compared: "${path}" has no manifest of pkginitrd`,
        )
      : [];
  return {
    result:
      format === 'json'
        ? printImageDifferenceJson({ from, to }, difference, differs)
        : printImageDifference(difference),
    remarks: format === 'json' ? [] : remarks,
    ...(differs ? { exitCode: 3 } : {}),
  };
}

async function read(sys: Sys, image: AbsolutePath): Promise<ImageContents> {
  const contents = await withImage(sys, image, (source) => readContents(source, 'sha256'));
  const { damage } = contents;
  if (damage === undefined) return contents;
  throw new BuildError(`Cannot compare "${image}": ${damage.message}`, { hint: damage.hint });
}
