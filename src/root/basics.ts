import { parseEnvFile } from '../formats/env-file.ts';
import { BuildError } from '../model/errors.ts';
import type { RootPlan } from '../model/plan.ts';
import type { RootFiles } from '../model/sys.ts';

const systemd = 'usr/lib/systemd/systemd';

/** Makes the files by which systemd knows an initrd (bootup(7)), and the directories that it mounts on. */
export function writeBasics(root: RootFiles, plan: RootPlan): void {
  if (root.lstat('init') === undefined) {
    if (root.stat(systemd) === undefined) {
      throw new BuildError(`Cannot make an initrd: no package brought "/${systemd}" or "/init"`, {
        hint: 'Name systemd in Packages=, or a package or tree that has an /init',
      });
    }
    root.symlink(systemd, 'init');
  }
  root.write('usr/lib/initrd-release', initrdRelease(root), 0o644);
  root.symlink('../usr/lib/initrd-release', 'etc/initrd-release');
  // Not empty: systemd would take the first boot of the image for the first boot of the machine.
  root.write('etc/machine-id', 'uninitialized\n', 0o444);
  root.write('etc/locale.conf', `LANG=${plan.locale}\n`, 0o644);
  for (const directory of ['sysroot', 'proc', 'sys', 'dev', 'run', 'tmp']) {
    if (root.lstat(directory) === undefined)
      root.mkdir(directory, directory === 'tmp' ? 0o1777 : 0o755);
  }
}

function initrdRelease(root: RootFiles): string {
  const text = root.readText('etc/os-release') ?? root.readText('usr/lib/os-release');
  if (text === undefined) {
    throw new BuildError('Cannot make an initrd: no package brought etc/os-release', {
      hint: "Name the distribution's base-files or release package in Packages=",
    });
  }
  const name = parseEnvFile(text).get('PRETTY_NAME') ?? 'Linux';
  const kept = text
    .split('\n')
    .filter((line) => line !== '' && !/^(?:PRETTY_NAME|VARIANT_ID)=/.test(line));
  return [
    ...kept,
    `PRETTY_NAME="${name.replace(/["\\$`]/g, '\\$&')} (initrd)"`,
    'VARIANT_ID=initrd',
    '',
  ].join('\n');
}
