// Checks that the image can reach the devices under the host's / and has the planned firmware.
import { moduleName } from '../formats/module-name.ts';
import type { ProgramNeed, RootNeed } from '../model/plan.ts';
import type { ImageFiles } from './file-facts.ts';
import { findProgram, storagePlaces } from './programs.ts';
import type { Report } from './report.ts';

/** `present` are paths of modules in the image, `builtin` names of what needs none. */
export function checkRootNeeds(
  needs: readonly RootNeed[],
  present: Iterable<string>,
  builtin: ReadonlySet<string>,
  report: Report,
): void {
  const names = new Set([...present].map(moduleName));
  for (const { what, anyOf, strict } of needs) {
    if (anyOf.some((name) => names.has(name) || builtin.has(name))) continue;
    const wanted = anyOf.map((name) => `"${name}"`).join(' or ');
    report({
      severity: strict ? 'error' : 'warning',
      check: 'modules',
      path: '',
      message: `Missing module ${wanted} for ${what}: it is neither there nor built in`,
      ...(strict ? { hint: 'Look for an exclusion of it in KernelModules=' } : {}),
    });
  }
}

export function checkPrograms(
  overlay: ImageFiles,
  needs: readonly ProgramNeed[],
  report: Report,
): void {
  for (const { what, anyOf } of needs) {
    const found = anyOf.flatMap(storagePlaces).map((path) => findProgram(overlay, path));
    if (found.some(({ type }) => type === 'starts')) continue;
    const broken = found.find((each) => overlay.lookup(each.path).type === 'found');
    const why = broken?.type === 'fails' ? `: ${broken.why}` : '';
    const names = anyOf.map((name) => `"${name}"`).join(' or ');
    report({
      severity: 'error',
      check: 'storage',
      path: broken?.path ?? '',
      message: `${broken === undefined ? 'Missing program' : 'Cannot start'} ${names} for ${what}${why}`,
      hint: 'Add the package that ships it to Packages=, or look for what removes it',
    });
  }
}

/** `planned` are paths with their directory, as in the plan. */
export function checkFirmware(
  overlay: ImageFiles,
  planned: readonly string[],
  report: Report,
): void {
  for (const path of planned) {
    if (overlay.lookup(`/${path}`).type === 'found') continue;
    report({
      severity: 'error',
      check: 'modules',
      path,
      message: `Missing planned firmware "${path}"`,
    });
  }
}
