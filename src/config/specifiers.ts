import { UsageError } from '../model/errors.ts';
import type { MatchFacts } from '../model/config.ts';

/** Replaces `%d` and the like, as mkosi names them. */
export function expandSpecifiers(value: string, facts: MatchFacts): string {
  const meanings: Readonly<Record<string, string | undefined>> = {
    '%': '%',
    a: facts.architecture,
    d: facts.distribution,
    r: facts.release[0],
  };
  return value.replace(/%(.?)/gs, (_, letter: string) => {
    const meaning = Object.hasOwn(meanings, letter) ? meanings[letter] : undefined;
    if (meaning !== undefined) return meaning;
    throw new UsageError(
      `Cannot expand "%${letter}" in "${value}"`,
      'Known are %a architecture, %d distribution, %r release; write %% for %',
    );
  });
}
