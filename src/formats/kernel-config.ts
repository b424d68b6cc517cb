// /boot/config-VERSION: `CONFIG_X=value` (the kernel's Documentation/kbuild/kconfig.rst).

/** Option with its `CONFIG_` to its value, quotes of strings taken away. What is not set is absent. */
export function parseKernelConfig(text: string): Map<string, string> {
  const result = new Map<string, string>();
  for (const [, name, value] of text.matchAll(/^(CONFIG_\w+)=(.*)$/gm)) {
    if (name === undefined || value === undefined) continue;
    const quoted = /^"(.*)"$/.exec(value)?.[1];
    result.set(name, quoted === undefined ? value : quoted.replace(/\\(.)/g, '$1'));
  }
  return result;
}
