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
  return replaceOutsideBrackets(alias, '-', '_');
}

/** `to` for every `from` but in brackets; a `[` that is never closed opens none. */
export function replaceOutsideBrackets(text: string, from: string, to: string): string {
  // No regular expression: it would look for the end of each of thousands of brackets that have none.
  let result = '';
  let at = 0;
  for (;;) {
    const open = text.indexOf('[', at);
    const close = open === -1 ? -1 : text.indexOf(']', open);
    if (close === -1) return result + text.slice(at).replaceAll(from, to);
    result += text.slice(at, open).replaceAll(from, to) + text.slice(open, close + 1);
    at = close + 1;
  }
}

/** The file name's end, by which it is a module; with the suffix of its compression. */
export const MODULE_SUFFIX = /\.ko(?:\.gz|\.xz|\.zst)?$/;
