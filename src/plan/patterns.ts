import { matchesModule } from '../formats/module-pattern.ts';
import type { Config } from '../model/config.ts';
import { describeOrigin } from '../model/origin.ts';

/** One word of KernelModules= made ready to match, with what to call it in a report. */
export interface Rule {
  readonly exclude: boolean;
  readonly matches: (path: string, name: string) => boolean;
  readonly from: string;
  /** The one name this rule stands for, where it is no pattern: it is missed when nothing has it. */
  readonly literal: string | undefined;
}

/**
 * KernelModules= as rules in order: what the host has loaded comes first, so that a drop-in can exclude of it.
 * `host` and `default` are words for lists; a later rule wins.
 */
export function moduleRules(config: Config, loaded: readonly string[]): readonly Rule[] {
  const host = hostRule(loaded);
  const rules = config.kernelModules.flatMap(({ value, from }): readonly Rule[] => {
    if (value === 'host') return [host];
    if (value === 'default') {
      return config.defaultKernelModules
        .filter((word) => word.value !== 'host' && word.value !== 'default')
        .map((word) => patternRule(word.value, describeOrigin(word.from)));
    }
    return [patternRule(value, describeOrigin(from))];
  });
  return [host, ...rules];
}

function hostRule(loaded: readonly string[]): Rule {
  const names = new Set(loaded);
  return {
    exclude: false,
    matches: (_path, name) => names.has(name),
    from: 'loaded on the host',
    literal: undefined,
  };
}

function patternRule(word: string, from: string): Rule {
  const exclude = word.startsWith('-');
  const pattern = exclude ? word.slice(1) : word;
  const isName = /^[A-Za-z0-9_-]+$/.test(pattern);
  const wanted = pattern.replaceAll('-', '_');
  return {
    exclude,
    matches: isName ? (_path, name) => name === wanted : (path) => matchesModule(pattern, path),
    from: `${from} "${word}"`,
    literal: isName && !exclude ? wanted : undefined,
  };
}

/** The last rule that matches. */
export function deciding(rules: readonly Rule[], path: string, name: string): Rule | undefined {
  return rules.findLast((rule) => rule.matches(path, name));
}
