// ld.so.conf (ldconfig(8); glibc, elf/ldconfig.c: parse_conf): one directory or `include PATTERNS` a line.
import { withoutTrailingSlashes } from './slashes.ts';

export interface LdSoConf {
  /** In their order, without trailing slashes. */
  readonly directories: readonly string[];
  /** Shell patterns of further files; relative ones start at the including file's directory. */
  readonly includePatterns: readonly string[];
}

export function parseLdSoConf(text: string): LdSoConf {
  const lines = text.split('\n').map((line) => (line.split('#', 1)[0] ?? '').trim());
  return {
    directories: lines
      // `hwcap` lines are a relic that ldconfig passes over.
      .filter((line) => line !== '' && !/^(?:include|hwcap)\s/.test(line))
      .map((line) => withoutTrailingSlashes(withoutType(line).trim())),
    includePatterns: lines
      .filter((line) => /^include\s/.test(line))
      .flatMap((line) => line.split(/\s+/).slice(1)),
  };
}

/** `DIRECTORY=TYPE` is as old; what counts is the directory. */
function withoutType(line: string): string {
  const equals = line.indexOf('=', line.lastIndexOf('/') + 1);
  return equals === -1 ? line : line.slice(0, equals);
}
