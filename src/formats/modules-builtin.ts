// modules.builtin and modules.order (modules.builtin is described in the kernel's Documentation/kbuild/kbuild.rst):
// one path a line.
import { moduleName } from './module-name.ts';

/** Names of what is built into the kernel, `_` for `-`. */
export function parseModulesBuiltin(text: string): Set<string> {
  return new Set(parseModulesOrder(text).map(moduleName));
}

/** Paths in the order of the kernel's makefiles: the first of several modules for a device is preferred. */
export function parseModulesOrder(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
