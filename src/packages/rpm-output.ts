/** The files of `rpmkeys --checksig` that are not what they were when built. */
export function parseDamaged(output: string): readonly string[] {
  return output.split('\n').flatMap((line) => {
    const [, file] = /^(?:error: )?(?:open of )?(\/\S+\.rpm)\b(?!: digests OK)/.exec(line) ?? [];
    return file === undefined ? [] : [file];
  });
}

/** Name and build time, the last two of the columns, of every line of describeCommand(). */
export function parseBuildTimes(output: string): readonly number[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Number(line.split('\t').at(-1)));
}

export interface FailedScript {
  /** "%post", "%pre", "%posttrans". */
  readonly script: string;
  readonly name: string;
  readonly reason: string;
}

/** rpm's "warning: %post(less-668-1.x86_64) scriptlet failed, exit status 3", and the same as an error. */
export function parseFailedScripts(stderr: string): readonly FailedScript[] {
  return stderr.split('\n').flatMap((line) => {
    const [, script, rpm, reason] =
      /^(?:warning|error): (%\w+)\((\S+)\) scriptlet failed, (.*)$/.exec(line) ?? [];
    if (script === undefined || rpm === undefined || reason === undefined) return [];
    return [{ script, name: rpm.replace(/-[^-]+-[^-]+$/, ''), reason }];
  });
}
