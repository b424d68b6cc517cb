import { describeDifference } from '../model/difference.ts';
import type { Refreshed } from '../model/refresh.ts';

/** A line for an image: what was done, and why. */
export function printRefreshed({ image, differences, end }: Refreshed): string {
  const [first, second, ...more] = differences.map(describeDifference);
  const rest = more.length === 0 ? [] : [`${more.length} more`];
  const why = [first, second, ...rest].filter((each) => each !== undefined).join('; ');
  switch (end.type) {
    case 'built':
      return `pkginitrd: ${image} was built anew: ${why}`;
    case 'left':
      return `pkginitrd: ${image} is left as it is, since it is not the one that was placed: ${why}`;
    case 'tried':
      return `pkginitrd: ${image} is left as it is (${why}): this was tried before in vain; it is tried again with the next kernel or build, or when more has changed`;
    case 'failed':
      return `pkginitrd: ${image} cannot be built anew (${why}), the old one stays: ${end.message}`;
    default:
      return end satisfies never;
  }
}
