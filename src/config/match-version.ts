import { compareVersions } from '../formats/version-compare.ts';

/**
 * True where one of the names of a version ("13", "trixie") is what a condition wants: a name, or a
 * comparison such as `>=13`, for which only names that begin with a digit count.
 */
export function matchesVersion(wanted: string, names: readonly string[]): boolean {
  const [, operator = '', operand = ''] = /^(==|!=|<=|>=|<|>)?\s*(.*)$/s.exec(wanted) ?? [];
  if (operator === '' || operator === '==') return names.includes(operand);
  if (operator === '!=') return !names.includes(operand);
  const compare = comparisons[operator];
  return names
    .filter((name) => /^\d/.test(name))
    .some((name) => compare?.(compareVersions(name, operand)) ?? false);
}

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  '<=': (order) => order <= 0,
  '>=': (order) => order >= 0,
  '<': (order) => order < 0,
  '>': (order) => order > 0,
};
