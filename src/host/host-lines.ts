import type { HostFile, HostLines } from '../model/facts.ts';
import type { RootFiles } from '../model/sys.ts';
import { effectiveFiles } from './effective-files.ts';

/** The lines of drop-ins of which an initrd takes only some: those of the files that count, without comments. */
export function readHostLines(root: RootFiles, files: readonly HostFile[]): readonly HostLines[] {
  return (['sysctl.d', 'modules-load.d'] as const).flatMap((directory) =>
    effectiveFiles(files, directory).map(({ path }) => ({
      path,
      directory,
      lines: (root.readText(path) ?? '').split('\n').flatMap((raw, index) => {
        const text = raw.trim();
        return text === '' || /^[#;]/.test(text) ? [] : [{ line: index + 1, text }];
      }),
    })),
  );
}
