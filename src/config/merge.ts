import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Assignment, MatchFacts } from '../model/config.ts';
import { UsageError } from '../model/errors.ts';
import { describeOrigin, type Sourced } from '../model/origin.ts';
import type { PlacedAssignment } from './collect.ts';
import { legacyModuleKeys, legacyModulePatterns } from './legacy-modules.ts';
import { findSetting, type Setting, type SettingKey } from './settings.ts';
import { expandSpecifiers } from './specifiers.ts';
import { parseItems } from './values.ts';

/** The merged assignments: a list's items in order, a scalar's last value as a list of one. */
export type Merged = ReadonlyMap<SettingKey, readonly Sourced<string>[]>;

export interface MergeContext {
  readonly facts: MatchFacts;
  /** Where an absolute path of a drop-in lies on the machine that runs the build. */
  readonly hostPath: (path: string) => AbsolutePath;
}

/** A file's assignment has a directory and lines; a flag's has neither, its paths are absolute. */
export type MergeInput = Assignment & Partial<Pick<PlacedAssignment, 'directory' | 'lines'>>;

export function merge(assignments: readonly MergeInput[], context: MergeContext): Merged {
  // Added to, never copied: a file may have a line for each of thousands of items.
  const merged = new Map<SettingKey, Sourced<string>[]>();
  for (const assignment of assignments) {
    const { key, value } = assignment;
    const legacy = legacyModuleKeys.some((name) => name === key);
    const setting = findSetting(legacy ? 'KernelModules' : key);
    if (!setting) throw new UsageError(`Cannot use "${key}=": unknown setting`);
    // Only Include= of the older keys stood for the whole list.
    if (legacy && value === '' && key !== 'KernelModulesInclude') continue;
    const items = value === '' ? [] : itemsOf(setting, assignment, context);
    const isAdded = setting.merge !== 'last' && value !== '';
    const list = (isAdded ? merged.get(setting.key) : undefined) ?? [];
    merged.set(setting.key, list);
    for (const item of items) {
      if (list.length === mostItems) throw tooMany(setting, item);
      list.push(item);
    }
  }
  return merged;
}

// Far beyond what a person writes: each word of KernelModules= is held against each of thousands of modules.
const mostItems = 10_000;

function tooMany({ key }: Setting, { from }: Sourced<string>): UsageError {
  return new UsageError(
    `${describeOrigin(from)}: Cannot take more for ${key}=: it has ${mostItems} items already`,
    'A pattern can stand for many names; an empty value takes all before it back',
  );
}

/** Each item with the line that it stands on. */
function itemsOf(
  setting: Setting,
  assignment: MergeInput,
  context: MergeContext,
): readonly Sourced<string>[] {
  return linesOf(setting, assignment).flatMap(({ value, from }) => {
    try {
      return parseLine(setting, { ...assignment, value }, context).map((item) => ({
        value: item,
        from,
      }));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(`${describeOrigin(from)}: ${error.message}`, error.hint);
    }
  });
}

function linesOf(setting: Setting, { value, from, lines }: MergeInput): readonly Sourced<string>[] {
  // A quoted value may go over several lines.
  if (setting.merge !== 'append' || !lines || from.type !== 'file') return [{ value, from }];
  return value.split('\n').map((part, index) => ({
    value: part,
    from: { ...from, line: lines[index] ?? from.line },
  }));
}

function parseLine(
  setting: Setting,
  assignment: MergeInput,
  context: MergeContext,
): readonly string[] {
  const legacy = legacyModulePatterns(assignment.key, assignment.value);
  if (legacy) return legacy;
  const { value } = assignment;
  const expanded = setting.type === 'password' ? value : expandSpecifiers(value, context.facts);
  return parseItems(setting, expanded).map((item) => located(setting, item, assignment, context));
}

/** Paths made absolute; what is no path is left alone. */
function located(
  setting: Setting,
  item: string,
  assignment: MergeInput,
  context: MergeContext,
): string {
  if (setting.type === 'scripts') return locate(item, assignment, context);
  if (setting.type !== 'trees') return item;
  const colon = item.indexOf(':');
  const source = colon < 0 ? item : item.slice(0, colon);
  const target = colon < 0 ? '' : item.slice(colon);
  if (
    source === '' ||
    (colon >= 0 && !target.startsWith(':/')) ||
    target.split('/').includes('..')
  ) {
    throw new UsageError(`Cannot take "${item}" as a tree: expected "SOURCE" or "SOURCE:/TARGET"`);
  }
  return `${locate(source, assignment, context)}${target}`;
}

function locate(path: string, assignment: MergeInput, context: MergeContext): AbsolutePath {
  if (assignment.from.type === 'flag') return absolutePath(path);
  if (path.startsWith('/')) return context.hostPath(path);
  return absolutePath(`${assignment.directory ?? ''}/${path}`);
}
