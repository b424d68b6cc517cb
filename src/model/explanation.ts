import type { Origin } from './origin.ts';
import { describeReason, type Reason } from './reason.ts';

/** The answer of `why` for one thing that bears the name asked for. Plain JSON. */
export interface Explanation {
  readonly kind: ExplainedKind;
  readonly name: string;
  /** Its own reason first, then those behind it, down to a line of the configuration or a fact of the host. */
  readonly lines: readonly ExplanationLine[];
}

export type ExplainedKind =
  | 'module'
  | 'module left out'
  | 'module not in this kernel'
  | 'module not in the image'
  | 'firmware'
  | 'firmware not found'
  | 'microcode'
  | 'profile'
  | 'profile not used'
  | 'package'
  | 'package removed again'
  | 'package not in the image'
  | 'file of the host'
  | 'file'
  | 'tree'
  | 'script';

export interface ExplanationLine {
  /** The thing that the line is about; null where it is the explained one itself. */
  readonly of: string | null;
  readonly remark: Remark;
}

/** A reason, or what else there is to say of a thing that has the name. */
export type Remark =
  | Reason
  /** The host asks for it, and a pattern keeps it out. */
  | { readonly type: 'but'; readonly wanted: Reason; readonly by: Reason }
  | { readonly type: 'excluded'; readonly by: Reason }
  | { readonly type: 'nobody asks' }
  | { readonly type: 'no such profile' }
  /** A setting that would take it, and the word to give to it. */
  | {
      readonly type: 'taken by';
      readonly setting: string;
      readonly flag: string;
      readonly word: string;
    }
  | { readonly type: 'in the kernel itself' }
  /** `words`: the storage, file systems and options for which a profile is used unasked. */
  | { readonly type: 'used for'; readonly words: readonly string[] }
  | PackageRemark
  /** `from` is the line that removes it again. */
  | { readonly type: 'removed again'; readonly from: Reason }
  | { readonly type: 'removed by'; readonly pattern: string; readonly from: Reason }
  | { readonly type: 'removed if unused'; readonly pattern: string; readonly from: Reason }
  | { readonly type: 'copied'; readonly source: string; readonly from: Origin }
  /** Written by the build itself. */
  | { readonly type: 'written'; readonly how: string };

type PackageRemark =
  | { readonly type: 'of package'; readonly package: string }
  | {
      readonly type: 'package needed by';
      readonly package: string;
      readonly others: readonly string[];
    }
  | {
      readonly type: 'package recommended by';
      readonly package: string;
      readonly others: readonly string[];
    }
  | { readonly type: 'essential' }
  /** The package manager takes it, and the host does not know what for. */
  | { readonly type: 'by dependency' }
  /** The package manager could not be asked. */
  | { readonly type: 'not asked for' };

/** A remark in a few words, as `why` prints it. */
export function describeRemark(remark: Remark): string {
  switch (remark.type) {
    case 'but':
      return `${describeReason(remark.wanted)}, but for ${describeReason(remark.by)}`;
    case 'excluded':
      return `left out by ${describeReason(remark.by)}`;
    case 'nobody asks':
      return 'nothing asks for it';
    case 'no such profile':
      return 'there is no such profile';
    case 'taken by':
      return `taken by ${remark.setting}=${remark.word} of a drop-in, or --${remark.flag}=${remark.word}`;
    case 'in the kernel itself':
      return 'built into this kernel, no file is needed';
    case 'used for':
      return `used unasked for ${remark.words.join(', ')}`;
    case 'of package':
      return `of package ${remark.package}`;
    case 'package needed by':
      return `needed by ${withOthers(remark.package, remark.others)}`;
    case 'package recommended by':
      return `recommended by ${withOthers(remark.package, remark.others)}`;
    case 'essential':
      return 'essential: the scripts of every package may use it';
    case 'by dependency':
      return 'something that the image has depends on it; here no package is installed that does';
    case 'not asked for':
      return 'not asked for by name, in the image only if a package that is needs it';
    case 'removed again':
      return `package removed again: ${describeReason(remark.from)}`;
    case 'removed by':
      return `removed by ${remark.pattern}: ${describeReason(remark.from)}`;
    case 'removed if unused':
      return `removed unless something needs it, by ${remark.pattern}: ${describeReason(remark.from)}`;
    case 'copied':
      return `copied from ${remark.source}`;
    case 'written':
      return `written by pkginitrd: ${remark.how}`;
    default:
      return describeReason(remark);
  }
}

function withOthers(first: string, others: readonly string[]): string {
  if (others.length === 0) return first;
  const shown = others.slice(0, mostOthers);
  const more = others.length > shown.length ? [`${others.length - shown.length} more`] : [];
  return `${first}; also by ${[...shown, ...more].join(', ')}`;
}

// All of libc's users are a screen of their own; the JSON has them.
const mostOthers = 5;

/** A file that no package, tree or host brings: a step of the build writes it. */
export interface WrittenFile {
  /** In the image, without leading slash; parts may be shell patterns. */
  readonly path: string;
  /** The step, and what it makes the file of. */
  readonly how: string;
}
