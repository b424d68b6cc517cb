// Checks that the kernel can start /init and that systemd knows it runs in an initrd.
import type { ImageFiles, ImageLookup } from './file-facts.ts';
import type { Report } from './report.ts';

/** /init has to lead to an executable program or script whose interpreters exist (execve(2)). */
export function checkInit(overlay: ImageFiles, report: Report): void {
  const error = (path: string, message: string): void =>
    report({ severity: 'error', check: 'init', path, message });
  let path = '/init';
  for (let depth = 0; depth <= INTERPRETERS_MAX; depth++) {
    const found = overlay.lookup(path);
    if (found.type !== 'found') return error('init', `Cannot start "${path}": ${why(found)}`);
    const { node } = found;
    if (node.type !== 'file') return error(found.path, `Cannot start "${path}": it is no file`);
    if ((node.mode & 0o111) === 0) {
      return error(found.path, `Cannot start "${path}": "${found.path}" is not executable`);
    }
    if (node.facts.type === 'script') {
      path = node.facts.interpreter;
      continue;
    }
    // The interpreter and libraries of a program are checked along with all others.
    if (node.facts.type === 'elf' && [ET_EXEC, ET_DYN].includes(node.facts.elf.type)) return;
    return error(
      found.path,
      `Cannot start "${path}": "${found.path}" is neither an ELF program nor a script`,
    );
  }
  error('init', 'Cannot start "/init": its interpreters are scripts without end');
}

/** Without these systemd would run as on the real root, or not find its way to it (bootup(7)). */
export function checkSystemd(overlay: ImageFiles, report: Report): void {
  const release = overlay.lookup('/etc/initrd-release');
  if (release.type !== 'found' || release.node.type !== 'file') {
    report({
      severity: 'error',
      check: 'systemd',
      path: 'etc/initrd-release',
      message: `Cannot find "/etc/initrd-release", by which systemd knows an initrd: ${why(release)}`,
    });
  }
  const init = overlay.lookup('/init');
  if (init.type !== 'found' || !/(?:^|\/)lib\/systemd\/systemd$/.test(init.path)) return;
  for (const unit of UNITS) {
    const places = UNIT_DIRECTORIES.map((directory) => overlay.lookup(`${directory}/${unit}`));
    if (places.some(({ type }) => type === 'found')) continue;
    report({
      severity: 'error',
      check: 'systemd',
      path: `usr/lib/systemd/system/${unit}`,
      message: `Cannot find unit "${unit}", without which systemd does not reach the real root`,
      hint: 'Add the package that ships systemd to Packages=',
    });
  }
}

const ET_EXEC = 2;
const ET_DYN = 3;
/** As many scripts in a row as the kernel follows (fs/exec.c, exec_binprm). */
const INTERPRETERS_MAX = 5;
const UNITS = ['initrd.target', 'initrd-switch-root.target', 'initrd-switch-root.service'];
const UNIT_DIRECTORIES = ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];

function why(lookup: ImageLookup): string {
  switch (lookup.type) {
    case 'found':
      return `"${lookup.path}" is no file`;
    case 'missing':
      return `"${lookup.path}" is missing`;
    case 'loop':
      return 'its links form a loop';
    default:
      return lookup satisfies never;
  }
}
