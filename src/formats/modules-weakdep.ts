// modules.weakdep: `weakdep NAME A B` (modprobe.d(5), kmod 33): has to be in the initrd, is not loaded with NAME.
import { parseDependencyLines } from './modules-softdep.ts';

/** Module to the modules it may ask for later; names with `_` for `-`. */
export function parseModulesWeakdep(text: string): Map<string, readonly string[]> {
  return parseDependencyLines(text, 'weakdep');
}
