/** One way in which a build now would come to another image than the one that was placed. */
export type Difference =
  | { readonly type: 'program'; readonly from: string; readonly to: string }
  /** The image is not the one that was placed: another size, or none at all. */
  | { readonly type: 'image'; readonly bytes: number; readonly placedBytes: number }
  | { readonly type: 'kernel'; readonly from: string; readonly to: string }
  /** `from` null: it comes new; `to` null: it goes. The same version in both: another archive of it. */
  | {
      readonly type: 'package';
      readonly name: string;
      readonly from: string | null;
      readonly to: string | null;
    }
  | {
      readonly type: 'profile' | 'module' | 'firmware' | 'host file';
      readonly name: string;
      readonly change: Change;
    }
  /** A drop-in, tree or script. */
  | { readonly type: 'drop-in'; readonly path: string; readonly change: Change }
  /** A setting that comes to something else, by its name in the plan. */
  | { readonly type: 'setting'; readonly name: string }
  | { readonly type: 'processor' }
  /** A build now would end with this message. */
  | { readonly type: 'failure'; readonly message: string };

export type Change = 'new' | 'gone' | 'changed';

/** In a line for people. */
export function describeDifference(difference: Difference): string {
  switch (difference.type) {
    case 'program':
      return `pkginitrd ${difference.from} → ${difference.to}`;
    case 'image':
      return `the image has ${difference.bytes} bytes, ${difference.placedBytes} were placed`;
    case 'kernel':
      return `kernel ${difference.from} → ${difference.to}`;
    case 'package':
      return `package ${difference.name} ${describeVersions(difference.from, difference.to)}`;
    case 'profile':
    case 'module':
    case 'firmware':
    case 'host file':
      return `${difference.type} ${difference.name}: ${difference.change}`;
    case 'drop-in':
      return `drop-in ${difference.path}: ${difference.change}`;
    case 'setting':
      return `setting ${difference.name}: changed`;
    case 'processor':
      return 'microcode of the processor: changed';
    case 'failure':
      return `a build fails: ${difference.message}`;
    default:
      return difference satisfies never;
  }
}

function describeVersions(from: string | null, to: string | null): string {
  if (from === null) return `new, ${to}`;
  if (to === null) return `gone, ${from}`;
  return from === to ? `${to}: another archive` : `${from} → ${to}`;
}
