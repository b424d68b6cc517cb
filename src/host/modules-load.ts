import { normalizeModuleName } from '../formats/module-name.ts';
import type { HostLines, NamedModule } from '../model/facts.ts';

/** Modules that the host loads by their names: modules-load.d(5), and modules-load= of the kernel's command line. */
export function readModulesLoad(
  lines: readonly HostLines[],
  commandLine: readonly string[],
): readonly NamedModule[] {
  const ofFiles = lines
    .filter(({ directory }) => directory === 'modules-load.d')
    .flatMap(({ path, lines: own }) =>
      own.map(({ line, text }): NamedModule => {
        const at = { type: 'file', file: path, line } as const;
        const name = normalizeModuleName(text);
        return { name, isOfInitrd: false, from: { type: 'host line', at, text } };
      }),
    );
  // systemd-modules-load in the initrd heeds both, and stops at nothing.
  const ofOptions = commandLine.flatMap((option) => {
    const [, names = ''] = /^(?:rd\.)?modules[-_]load=(.+)$/.exec(option) ?? [];
    const words = names.split(',').filter((word) => word !== '');
    return words.map((word): NamedModule => {
      const from = { type: 'kernel option', option } as const;
      return { name: normalizeModuleName(word), isOfInitrd: true, from };
    });
  });
  return [...ofFiles, ...ofOptions];
}
