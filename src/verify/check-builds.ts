// Checks that modules were built for the kernel that loads them. Compressed ones were looked into when they were chosen.
import { buildJudge, describeBuild } from '../formats/vermagic.ts';
import { moduleName } from '../formats/module-name.ts';
import type { ModuleSet } from './check-indexes.ts';
import type { Report } from './report.ts';

export function checkBuilds(
  { directory, present, needed }: ModuleSet,
  kernelVersion: string,
  report: Report,
): void {
  const builds = [...present].flatMap(([path, facts]) =>
    facts === undefined ? [] : [{ path, ...facts }],
  );
  const judge = buildJudge(kernelVersion, builds);
  const wrong = builds.filter((build) => judge(build) === 'refused');
  for (const build of wrong) {
    const { path } = build;
    const isNeeded = needed.has(moduleName(path)) || wrong.length === present.size;
    report({
      severity: isNeeded ? 'error' : 'warning',
      check: 'modules',
      path: `${directory}/${path}`,
      message: `Module "${path}" ${describeBuild(build)}, kernel ${kernelVersion} does not load it`,
      hint: 'Build it for this kernel, or reinstall the package that ships it',
    });
  }
}
