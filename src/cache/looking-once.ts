import type { Stamp, Sys } from '../model/sys.ts';

/** A door to the machine that looks at each file once, for one answer to many questions. What changes meanwhile is seen by the next. */
export function lookingOnce(sys: Sys): Sys {
  const seen = new Map<string, Stamp | undefined>();
  return {
    ...sys,
    root: (directory) => {
      const files = sys.root(directory);
      return {
        ...files,
        stamp: (path, options) => {
          const key = `${options?.followLast ?? true} ${directory} ${path}`;
          if (!seen.has(key)) seen.set(key, files.stamp(path, options));
          return seen.get(key);
        },
      };
    },
  };
}
