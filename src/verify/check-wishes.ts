// Soft and weak dependencies that the image does without: worth a note, since drivers do without most of them.
import { indexAliases, parseModulesAlias } from '../formats/modules-alias.ts';
import { parseModulesSoftdep } from '../formats/modules-softdep.ts';
import { parseModulesWeakdep } from '../formats/modules-weakdep.ts';
import { keptBytes } from './file-facts.ts';
import type { ImageFiles } from './file-facts.ts';
import type { Report } from './report.ts';

export function checkWishes(
  overlay: ImageFiles,
  directory: string,
  present: ReadonlySet<string>,
  builtin: ReadonlySet<string>,
  report: Report,
): void {
  const text = (name: string): string =>
    keptBytes(overlay, `${directory}/${name}`)?.toString() ?? '';
  const find = indexAliases(parseModulesAlias(text('modules.alias')));
  const lists = [
    ['soft', parseModulesSoftdep(text('modules.softdep'))],
    ['weak', parseModulesWeakdep(text('modules.weakdep'))],
  ] as const;
  for (const [kind, wishes] of lists) {
    for (const [module, words] of wishes) {
      if (!present.has(module)) continue;
      for (const word of words) {
        if (present.has(word) || builtin.has(word) || find(word).length > 0) continue;
        report({
          severity: 'note',
          check: 'modules',
          path: directory,
          message: `Module "${module}" has a ${kind} dependency on "${word}", which is not there`,
        });
      }
    }
  }
}
