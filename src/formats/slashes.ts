// Loops, not regular expressions: `/\/+$/` begins anew at each of thousands of slashes that something follows.

/** The path without the slashes at its end; of slashes alone, one stays. */
export function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (end > 1 && path[end - 1] === '/') end--;
  return path.slice(0, end);
}
