import { describeRemark, type Explanation, type ExplanationLine } from '../model/explanation.ts';
import type { Plan } from '../model/plan.ts';
import type { Reason } from '../model/reason.ts';
import { canonicalJson } from './canonical-json.ts';
import { printStorage } from './print-storage.ts';

/** The explanations for people, with the storage that they speak of. */
export function printWhy(plan: Plan, explanations: readonly Explanation[]): string {
  const lines = explanations.flatMap((each) => each.lines);
  const purposes = new Set(lines.flatMap(({ remark }) => purposesOf(remark)));
  const storage = plan.storage.filter(({ purpose }) => purposes.has(purpose));
  return [
    ...explanations.flatMap((each) => [`${each.kind} ${each.name}\n`, ...each.lines.map(lineText)]),
    ...(storage.length === 0 ? [] : ['Storage\n', printStorage(storage)]),
  ].join('');
}

/** For programs: the same with each line's sentence beside its data. */
export function printWhyJson(explanations: readonly Explanation[]): string {
  return canonicalJson(
    explanations.map((each) => ({
      ...each,
      lines: each.lines.map((line) => ({ ...line, text: describeRemark(line.remark) })),
    })),
  );
}

function lineText({ of, remark }: ExplanationLine): string {
  return `  ${of === null ? '' : `${of}: `}${describeRemark(remark)}\n`;
}

function purposesOf(remark: ExplanationLine['remark']): readonly string[] {
  const reason = remark.type === 'but' ? remark.wanted : remark;
  return isUnder(reason) ? [reason.purpose] : [];
}

function isUnder(
  reason: ExplanationLine['remark'],
): reason is Extract<Reason, { readonly type: 'under' }> {
  return reason.type === 'under';
}
