import { generators } from './generators.ts';
import { median } from './median.ts';

/** Of one run; what was not measured is left out. */
export interface Measured {
  readonly seconds?: number;
  /** Of the processors, for the program and all that it started. */
  readonly processorSeconds?: number;
  /** MiB of the largest process. */
  readonly peak?: number;
  /** MiB of the image. */
  readonly size?: number;
  readonly sizeWithoutMicrocode?: number;
  /** Thousand million instructions of the guest from the kernel's start to the root's init. */
  readonly bootWork?: number;
}

export type Figures = Measured[];

export function emptyFigures(): Figures {
  return [];
}

const columns = [
  ['s', 'seconds'],
  ['CPU s', 'processorSeconds'],
  ['peak MiB', 'peak'],
  ['MiB', 'size'],
  ['no microcode', 'sizeWithoutMicrocode'],
  ['boot Ginstr', 'bootWork'],
] as const satisfies readonly (readonly [head: string, key: keyof Measured])[];

/** `ours` is at most `most` times `theirs`. */
const goals = [
  ['sizeWithoutMicrocode', 'pkginitrd', 'dracut --hostonly', 1],
  ['sizeWithoutMicrocode', 'pkginitrd --generic', 'mkosi-initrd', 0.7],
  ['bootWork', 'pkginitrd', 'dracut --hostonly', 0.9],
  ['seconds', 'pkginitrd: new kernel', 'mkosi-initrd', 1 / 20],
  ['seconds', 'pkginitrd: new kernel', 'dracut --no-hostonly', 1 / 10],
  ['seconds', 'pkginitrd: new kernel', 'dracut --hostonly', 1 / 5],
  ['seconds', 'pkginitrd: first build', 'mkosi-initrd', 1 / 4],
  ['seconds', 'pkginitrd: first build', 'dracut --no-hostonly', 1],
] as const satisfies readonly (readonly [keyof Measured, string, string, number])[];

/** A table of medians, each beside its ratio to the image of ours that it is measured against, and how far the goals are met. */
export function describe(figures: ReadonlyMap<string, Figures>): string {
  const against = new Map(generators.map((generator) => [generator.name, generator.against]));
  const lines = [
    `\n${'median (× ours)'.padEnd(30)}${columns.map(([head]) => cell(head)).join('')}`,
  ];
  for (const [name, found] of figures) {
    const own = figures.get(against.get(name) ?? '');
    const cells = columns.map(([, key]) => {
      const value = medianOf(found, key);
      const base = own === undefined ? undefined : medianOf(own, key);
      if (value === undefined) return cell('');
      return cell(value.toFixed(2) + (base === undefined ? '' : ` (${(value / base).toFixed(2)})`));
    });
    lines.push(name.padEnd(30) + cells.join(''));
  }
  for (const [key, ours, theirs, most] of goals) {
    const [own, other] = [figures.get(ours), figures.get(theirs)].map(
      (found) => found && medianOf(found, key),
    );
    if (own === undefined || other === undefined) continue;
    const ratio = (own / other).toFixed(3);
    lines.push(`${key} of ${ours}: ${ratio} of ${theirs}'s (target ${most.toFixed(3)})`);
  }
  return lines.join('\n');
}

/** Every run of every row. */
export function json(figures: ReadonlyMap<string, Figures>): string {
  return `${JSON.stringify(Object.fromEntries(figures), undefined, 2)}\n`;
}

function medianOf(found: Figures, key: keyof Measured): number | undefined {
  const values = found.flatMap((measured) => measured[key] ?? []);
  return values.length === 0 ? undefined : median(values);
}

function cell(text: string): string {
  return text.padStart(16);
}
