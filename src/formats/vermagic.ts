// The vermagic of a module: `VERSION WORDS`, as the kernel judges it before it loads one (kernel/module/version.c, same_magic).

export interface ModuleBuild {
  /** undefined where the module has none. */
  readonly vermagic: string | undefined;
  /** `62/64`: e_machine and bits; undefined where it was not looked at. */
  readonly machine: string | undefined;
}

/**
 * `loads`: by all that can be seen of it. `by its symbols`: built for another version, which the kernel passes over where the
 * checksums of all symbols that the module uses are its own (CONFIG_MODVERSIONS). `refused`: never loaded.
 */
export type Verdict = 'loads' | 'by its symbols' | 'refused';

/**
 * Gives a judge of modules for one kernel. Its words (`SMP preempt mod_unload modversions`) and its machine are those that
 * most of `all` have, since no file of a kernel states them.
 */
export function buildJudge(
  kernelVersion: string,
  all: readonly ModuleBuild[],
): (build: ModuleBuild) => Verdict {
  const own = all.flatMap(({ vermagic }) => {
    const { version, words } = parts(vermagic);
    return version === kernelVersion ? [words] : [];
  });
  const words = mostFrequent(own);
  const machine = mostFrequent(all.flatMap((build) => build.machine ?? []));
  // Where no module says anything, there is nothing to hold them against.
  const isTold = all.some(({ vermagic }) => vermagic !== undefined);
  return (build) => {
    if (build.machine !== undefined && build.machine !== machine) return 'refused';
    if (!isTold) return 'loads';
    const found = parts(build.vermagic);
    if (words !== undefined && found.words !== words) return 'refused';
    if (found.version === kernelVersion) return 'loads';
    return found.words.split(' ').includes('modversions') ? 'by its symbols' : 'refused';
  };
}

/** `is built for "6.1.0-56-amd64 SMP …"`. */
export function describeBuild({ vermagic, machine }: ModuleBuild): string {
  const by = machine === undefined ? '' : ` and machine ${machine}`;
  return vermagic === undefined
    ? 'does not say which kernel it is built for'
    : `is built for "${vermagic.trim()}"${by}`;
}

function parts(vermagic: string | undefined): { readonly version: string; readonly words: string } {
  const [version = '', ...words] = (vermagic ?? '').trim().split(' ');
  return { version, words: words.join(' ') };
}

/** undefined where two are as frequent as each other: then neither is taken for the kernel's. */
function mostFrequent(values: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const [first, second] = [...counts].sort(([, a], [, b]) => b - a);
  return first !== undefined && first[1] !== second?.[1] ? first[0] : undefined;
}
