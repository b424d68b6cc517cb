/** Where a value came from, so that an error or a report can say it. */
export type Origin =
  /** Line 0: the file or directory as a whole. */
  | { readonly type: 'file'; readonly file: string; readonly line: number }
  | { readonly type: 'flag'; readonly flag: string }
  /** What is true of the host, in words. */
  | { readonly type: 'host'; readonly fact: string }
  | { readonly type: 'default' };

export interface Sourced<T> {
  readonly value: T;
  readonly from: Origin;
}

export function describeOrigin(origin: Origin): string {
  switch (origin.type) {
    case 'file':
      return origin.line === 0 ? origin.file : `${origin.file}:${origin.line}`;
    case 'flag':
      return origin.flag;
    case 'host':
      return origin.fact;
    case 'default':
      return 'default';
    default:
      return origin satisfies never;
  }
}
