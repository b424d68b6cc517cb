import { indexPatterns } from '../formats/module-pattern.ts';
import type { Config } from '../model/config.ts';
import { describeOrigin, type Origin, type Sourced } from '../model/origin.ts';
import type { Reason } from '../model/reason.ts';

export type Rule = HostRule | PatternRule;

/** The word `host`: all that the host asks for, each for a reason of its own. */
interface HostRule {
  readonly type: 'host';
}

/** One word of KernelModules= made ready to match. */
export interface PatternRule {
  readonly type: 'pattern';
  readonly word: string;
  readonly exclude: boolean;
  readonly reason: Reason;
  /** The one name this rule stands for, where it is no pattern: it is missed when nothing has it. */
  readonly literal: string | undefined;
  /** True for the tool's own drop-ins: those are for all kernels, and cannot know what needs what in this one. */
  readonly vendor: boolean;
}

/** KernelModules= made ready to look modules up. */
export interface ModuleRules {
  readonly all: readonly Rule[];
  /** The place in `all` of the last rule that matches a module, which decides; -1 where none does. */
  readonly placeOfLast: (path: string, name: string) => number;
}

/**
 * KernelModules= as rules in order: what the host asks for comes first, so that a drop-in can exclude of it.
 * `host` and `default` are words for lists; a later rule wins.
 */
export function moduleRules(
  config: Config,
  wantedByHost: ReadonlyMap<string, Reason>,
): ModuleRules {
  const { all, find, lastHost } = rulesOf(config);
  return {
    all,
    placeOfLast: (path, name) => Math.max(find(path), wantedByHost.has(name) ? lastHost : -1),
  };
}

/** The part that no host shapes: modules may be chosen in several rounds, by the same words. */
function rulesOf(config: Config): Words {
  const found = known.get(config) ?? readRules(config);
  known.set(config, found);
  return found;
}

interface Words {
  readonly all: readonly Rule[];
  readonly find: (path: string) => number;
  /** The place of the last word `host`. */
  readonly lastHost: number;
}

const known = new WeakMap<Config, Words>();

function readRules(config: Config): Words {
  const ownWords = new Set(config.defaultKernelModules.map(identity));
  const words = config.kernelModules.flatMap((word) =>
    word.value === 'default'
      ? config.defaultKernelModules
          .filter(({ value }) => value !== 'host' && value !== 'default')
          .map((each) => ({ ...each, vendor: true }))
      : [{ ...word, vendor: ownWords.has(identity(word)) }],
  );
  const all: readonly Rule[] = [
    { type: 'host' },
    ...words.map(({ value, from, vendor }): Rule =>
      value === 'host' ? { type: 'host' } : patternRule(value, from, vendor),
    ),
  ];
  return {
    all,
    find: indexPatterns(all.map((rule) => (rule.type === 'host' ? '' : rule.word))),
    lastHost: all.findLastIndex(({ type }) => type === 'host'),
  };
}

function identity({ value, from }: Sourced<string>): string {
  return `${describeOrigin(from)} ${value}`;
}

function patternRule(word: string, at: Origin, vendor: boolean): PatternRule {
  const exclude = word.startsWith('-');
  const pattern = exclude ? word.slice(1) : word;
  const isName = /^[A-Za-z0-9_-]+$/.test(pattern);
  return {
    type: 'pattern',
    word,
    exclude,
    reason: { type: 'pattern', at, word },
    literal: isName && !exclude ? pattern.replaceAll('-', '_') : undefined,
    vendor,
  };
}
