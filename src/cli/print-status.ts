import { describeDifference, type Difference } from '../model/difference.ts';

export interface ImageStatus {
  readonly image: string;
  readonly kernelVersion: string;
  /** Empty where a build now would come to the same image. */
  readonly differences: readonly Difference[];
}

/** A line for each image, and one for each reason to build it again. */
export function printStatus(images: readonly ImageStatus[]): string {
  if (images.length === 0) return 'No image that pkginitrd has placed is there\n';
  return images
    .map(({ image, kernelVersion, differences }) => {
      const verdict = differences.length === 0 ? 'up to date' : 'a build would change it';
      const reasons = shortened(differences).map((line) => `  ${line}\n`);
      return `${image} (${kernelVersion}): ${verdict}\n${reasons.join('')}`;
    })
    .join('');
}

export function printStatusJson(images: readonly ImageStatus[]): string {
  const status = images.map((image) => ({ ...image, differs: image.differences.length > 0 }));
  return `${JSON.stringify({ version: 1, images: status }, undefined, 2)}\n`;
}

// Of a kind that has hundreds, as the modules of another kernel, the first tell enough.
const mostOfAKind = 10;

function shortened(differences: readonly Difference[]): readonly string[] {
  const kinds = [...new Set(differences.map(({ type }) => type))];
  return kinds.flatMap((kind) => {
    const lines = differences.filter(({ type }) => type === kind).map(describeDifference);
    const rest = lines.length - mostOfAKind;
    return rest > 1 ? [...lines.slice(0, mostOfAKind), `${kind}: ${rest} more`] : lines;
  });
}
