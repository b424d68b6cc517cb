import { moduleName } from '../formats/module-name.ts';
import { parseMountinfo } from '../formats/mountinfo.ts';
import { parseModulesBuiltin } from '../formats/modules-builtin.ts';
import type { DeviceFacts } from '../model/facts.ts';
import type { RootFiles } from '../model/sys.ts';

/**
 * Names of what is built into the running kernel and in use there: another kernel may have it as a module, and then
 * no list of loaded modules names it. /sys/module shows what is built in only where it has parameters or a
 * version, so drivers and file systems at work are looked at as well.
 */
export function readBuiltinInUse(
  root: RootFiles,
  loaded: readonly string[],
  devices: readonly DeviceFacts[],
): readonly string[] {
  const builtin = runningBuiltin(root);
  const mounted = parseMountinfo(root.readText('proc/self/mountinfo') ?? '');
  const atWork = [
    ...devices.flatMap(({ driver }) => (driver === null ? [] : [moduleName(driver)])),
    ...mounted.map(({ fileSystem }) => moduleName(fileSystem)),
  ].filter((name) => builtin.has(name));
  // Only what was loaded has an initstate.
  const inKernel = root
    .list('sys/module')
    .filter((name) => root.stat(`sys/module/${name}/initstate`) === undefined);
  const modules = new Set(loaded);
  return [...new Set([...inKernel.map(moduleName), ...atWork])]
    .filter((name) => !modules.has(name))
    .sort();
}

function runningBuiltin(root: RootFiles): ReadonlySet<string> {
  const version = root.readText('proc/sys/kernel/osrelease')?.trim();
  if (version === undefined) return new Set();
  const text = ['usr/lib/modules', 'lib/modules']
    .map((parent) => root.readText(`${parent}/${version}/modules.builtin`))
    .find((content) => content !== undefined);
  return parseModulesBuiltin(text ?? '');
}
