import { matchesModule } from '../formats/module-pattern.ts';
import type { Config } from '../model/config.ts';
import { describeOrigin, type Origin, type Sourced } from '../model/origin.ts';
import type { Reason } from '../model/reason.ts';

export type Rule = HostRule | PatternRule;

/** The word `host`: all that the host asks for, each for a reason of its own. */
interface HostRule {
  readonly type: 'host';
  readonly matches: (path: string, name: string) => boolean;
}

/** One word of KernelModules= made ready to match. */
export interface PatternRule {
  readonly type: 'pattern';
  readonly exclude: boolean;
  readonly matches: (path: string, name: string) => boolean;
  readonly reason: Reason;
  /** The one name this rule stands for, where it is no pattern: it is missed when nothing has it. */
  readonly literal: string | undefined;
  /** True for the tool's own drop-ins: those are for all kernels, and cannot know what needs what in this one. */
  readonly vendor: boolean;
}

/**
 * KernelModules= as rules in order: what the host asks for comes first, so that a drop-in can exclude of it.
 * `host` and `default` are words for lists; a later rule wins.
 */
export function moduleRules(
  config: Config,
  wantedByHost: ReadonlyMap<string, Reason>,
): readonly Rule[] {
  const host: Rule = { type: 'host', matches: (_path, name) => wantedByHost.has(name) };
  const ownWords = new Set(config.defaultKernelModules.map(identity));
  const rules = config.kernelModules.flatMap(({ value, from }): readonly Rule[] => {
    if (value === 'host') return [host];
    if (value === 'default') {
      return config.defaultKernelModules
        .filter((word) => word.value !== 'host' && word.value !== 'default')
        .map((word) => patternRule(word.value, word.from, true));
    }
    return [patternRule(value, from, ownWords.has(identity({ value, from })))];
  });
  return [host, ...rules];
}

function identity({ value, from }: Sourced<string>): string {
  return `${describeOrigin(from)} ${value}`;
}

function patternRule(word: string, at: Origin, vendor: boolean): PatternRule {
  const exclude = word.startsWith('-');
  const pattern = exclude ? word.slice(1) : word;
  const isName = /^[A-Za-z0-9_-]+$/.test(pattern);
  const wanted = pattern.replaceAll('-', '_');
  return {
    type: 'pattern',
    exclude,
    matches: isName ? (_path, name) => name === wanted : (path) => matchesModule(pattern, path),
    reason: { type: 'pattern', at, word },
    literal: isName && !exclude ? wanted : undefined,
    vendor,
  };
}

export function lastMatchingRule(
  rules: readonly Rule[],
  path: string,
  name: string,
): Rule | undefined {
  return rules.findLast((rule) => rule.matches(path, name));
}
