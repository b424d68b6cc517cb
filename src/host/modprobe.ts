import { normalizeModuleName } from '../formats/module-name.ts';
import { parseModprobeConf } from '../formats/modprobe-conf.ts';
import type { HostFile, ModprobeLine } from '../model/facts.ts';
import type { RootFiles } from '../model/sys.ts';
import { effectiveFiles } from './effective-files.ts';

/**
 * The lines by which modprobe and udev decide in the initrd what is loaded: those of the files that come along, and the words
 * of the kernel's command line that mean the same.
 */
export function readModprobe(
  root: RootFiles,
  files: readonly HostFile[],
  commandLine: readonly string[],
): readonly ModprobeLine[] {
  const ofFiles = effectiveFiles(files, 'modprobe.d').flatMap(({ path }) =>
    parseModprobeConf(root.readText(path) ?? '').map(({ line, text, command }): ModprobeLine => {
      const at = { type: 'file', file: path, line } as const;
      return { ...command, from: { type: 'host line', at, text } };
    }),
  );
  // libkmod reads the command line last.
  return [...ofFiles, ...commandLine.flatMap(linesOfOption)];
}

// kmod's modprobe.blacklist=, and the kernel's own module_blacklist= (admin-guide/kernel-parameters), which nothing gets round.
function linesOfOption(option: string): readonly ModprobeLine[] {
  const [, word, names = ''] =
    /^(modprobe\.blacklist|module[_-]blacklist)=(.+)$/.exec(option) ?? [];
  if (word === undefined) return [];
  const from = { type: 'kernel option', option } as const;
  return names
    .split(',')
    .filter((name) => name !== '')
    .map(normalizeModuleName)
    .map((module) =>
      word.startsWith('modprobe')
        ? { type: 'blacklist', module, from }
        : { type: 'refused', module, from },
    );
}
