/** Where a setting came from, so that an error or a report can say it. */
export type Origin =
  | {
      readonly type: 'file';
      readonly file: string;
      /** 0: the file or directory as a whole. */
      readonly line: number;
      /** The profile that the file belongs to. */
      readonly profile?: string;
    }
  | { readonly type: 'flag'; readonly flag: string }
  | { readonly type: 'default' };

/** A value with its origin; of profiles, which a host may ask for, with any reason. */
export interface Sourced<T, From = Origin> {
  readonly value: T;
  readonly from: From;
}

export function describeOrigin(origin: Origin): string {
  switch (origin.type) {
    case 'file':
      return origin.line === 0 ? origin.file : `${origin.file}:${origin.line}`;
    case 'flag':
      return origin.flag;
    case 'default':
      return 'default';
    default:
      return origin satisfies never;
  }
}
