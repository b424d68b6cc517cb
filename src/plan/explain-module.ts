import { MODULE_SUFFIX, moduleName } from '../formats/module-name.ts';
import type { Config } from '../model/config.ts';
import type { Explanation, ExplanationLine } from '../model/explanation.ts';
import type { ModuleIndex } from '../model/facts.ts';
import { moduleRules } from './patterns.ts';

/** A module of the kernel that the plan does not have: the pattern that leaves it out, or the setting that would take it. */
export function explainModule(
  config: Config,
  index: ModuleIndex,
  name: string,
): readonly Explanation[] {
  // A program may be called as a module is.
  if (name.includes('/') && !MODULE_SUFFIX.test(name)) return [];
  const wanted = moduleName(name);
  const records = [...index.paths.values()].filter((record) => record.name === wanted);
  if (records.length === 0 && !index.builtin.has(wanted)) return [];
  const explained = (title: string, lines: readonly ExplanationLine['remark'][]): Explanation => ({
    kind: 'module not in the image',
    name: title,
    lines: lines.map((remark) => ({ of: null, remark })),
  });
  if (records.length === 0) return [explained(wanted, [{ type: 'in the kernel itself' }])];
  const rules = moduleRules(config, new Map());
  return records.map((record) => {
    const rule = rules.all[rules.placeOfLast(record.path, record.name)];
    const isExcluded = rule?.type === 'pattern' && rule.exclude;
    return explained(`${record.name} (${record.path})`, [
      isExcluded ? { type: 'excluded', by: rule.reason } : { type: 'nobody asks' },
      { type: 'taken by', setting: 'KernelModules', flag: 'kernel-modules', word: record.name },
    ]);
  });
}
