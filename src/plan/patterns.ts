import { matchesModule } from '../formats/module-pattern.ts';
import type { Config } from '../model/config.ts';
import { describeOrigin, type Sourced } from '../model/origin.ts';

/** One word of KernelModules= made ready to match, with what to call it in a report. */
export interface Rule {
  readonly exclude: boolean;
  readonly matches: (path: string, name: string) => boolean;
  /** Why a module that it takes is there. */
  readonly reason: (name: string) => string;
  /** The one name this rule stands for, where it is no pattern: it is missed when nothing has it. */
  readonly literal: string | undefined;
  /** Whether it is of the tool's own drop-ins: those are for all kernels, and cannot know what needs what in this one. */
  readonly vendor: boolean;
}

/**
 * KernelModules= as rules in order: what the host asks for comes first, so that a drop-in can exclude of it.
 * `host` and `default` are words for lists; a later rule wins.
 */
export function moduleRules(
  config: Config,
  wantedByHost: ReadonlyMap<string, string>,
): readonly Rule[] {
  const host: Rule = {
    exclude: false,
    matches: (_path, name) => wantedByHost.has(name),
    reason: (name) => wantedByHost.get(name) ?? 'the host',
    literal: undefined,
    vendor: false,
  };
  const ownWords = new Set(config.defaultKernelModules.map(identity));
  const rules = config.kernelModules.flatMap(({ value, from }): readonly Rule[] => {
    if (value === 'host') return [host];
    if (value === 'default') {
      return config.defaultKernelModules
        .filter((word) => word.value !== 'host' && word.value !== 'default')
        .map((word) => patternRule(word.value, describeOrigin(word.from), true));
    }
    return [patternRule(value, describeOrigin(from), ownWords.has(identity({ value, from })))];
  });
  return [host, ...rules];
}

function identity({ value, from }: Sourced<string>): string {
  return `${describeOrigin(from)} ${value}`;
}

function patternRule(word: string, from: string, vendor: boolean): Rule {
  const exclude = word.startsWith('-');
  const pattern = exclude ? word.slice(1) : word;
  const isName = /^[A-Za-z0-9_-]+$/.test(pattern);
  const wanted = pattern.replaceAll('-', '_');
  return {
    exclude,
    matches: isName ? (_path, name) => name === wanted : (path) => matchesModule(pattern, path),
    reason: () => `${from} "${word}"`,
    literal: isName && !exclude ? wanted : undefined,
    vendor,
  };
}

/** The last rule that matches. */
export function deciding(rules: readonly Rule[], path: string, name: string): Rule | undefined {
  return rules.findLast((rule) => rule.matches(path, name));
}
