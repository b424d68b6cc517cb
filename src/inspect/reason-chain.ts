import type { ExplanationLine } from '../model/explanation.ts';
import type { Plan } from '../model/plan.ts';
import type { Reason } from '../model/reason.ts';

/** A reason, and those behind it: of the module that it names, or of the profile whose drop-in it is. */
export function reasonChain(
  plan: Plan,
  of: string | null,
  from: Reason,
): readonly ExplanationLine[] {
  return [{ of, remark: from }, ...reasonsBehind(plan, from)];
}

export function reasonsBehind(plan: Plan, from: Reason): readonly ExplanationLine[] {
  const lines: (ExplanationLine & { readonly remark: Reason })[] = [];
  const seen = new Set<string>();
  for (let reason = from; ;) {
    const next = userOf(plan, reason) ?? profileOf(plan, reason);
    if (next === undefined || seen.has(next.of)) return lines;
    seen.add(next.of);
    lines.push(next);
    reason = next.remark;
  }
}

interface Link {
  readonly of: string;
  readonly remark: Reason;
}

function userOf(plan: Plan, reason: Reason): Link | undefined {
  if (!('module' in reason)) return undefined;
  const module = plan.modules.files.find(({ name }) => name === reason.module);
  return module && { of: module.name, remark: module.from };
}

function profileOf(plan: Plan, reason: Reason): Link | undefined {
  const at = reason.type === 'pattern' ? reason.at : reason;
  if (at.type !== 'file' || at.profile === undefined) return undefined;
  const profile = plan.profiles.find(({ value }) => value === at.profile);
  return profile && { of: `profile ${profile.value}`, remark: profile.from };
}
