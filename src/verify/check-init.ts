// Checks that the kernel can start /init.
import type { ImageFiles } from './file-facts.ts';
import { findProgram } from './programs.ts';
import type { Report } from './report.ts';

/** /init has to lead to an executable program or script whose interpreters exist (execve(2)). */
export function checkInit(files: ImageFiles, report: Report): void {
  const init = findProgram(files, '/init');
  if (init.type === 'starts') return;
  report({
    severity: 'error',
    check: 'init',
    path: init.path,
    message: `Cannot start "/init": ${init.why}`,
  });
}
