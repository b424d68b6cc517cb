// Names of kernel modules (kmod, shared/util.c: path_to_modname and modname_normalize).

/** `kernel/drivers/usb/storage/usb-storage.ko.xz` → `usb_storage`. */
export function moduleName(path: string): string {
  const base = path.slice(path.lastIndexOf('/') + 1);
  return normalizeModuleName(base.replace(MODULE_SUFFIX, ''));
}

/** The name as the kernel has it: `_` for every `-`. */
export function normalizeModuleName(name: string): string {
  return name.replaceAll('-', '_');
}

/** An alias with `_` for every `-` outside of brackets, where a `-` is a range. */
export function normalizeAlias(alias: string): string {
  return alias.replace(/\[[^\]]*\]|-/g, (match) => (match === '-' ? '_' : match));
}

/** The file name's end, by which it is a module; with the suffix of its compression. */
export const MODULE_SUFFIX = /\.ko(?:\.gz|\.xz|\.zst)?$/;
