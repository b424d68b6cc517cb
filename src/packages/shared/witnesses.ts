import type { RootFiles } from '../../model/sys.ts';

/**
 * `paths` with everything that lies below those that are directories, also through links: a new file changes nothing but
 * its directory's time. Paths that are not there are listed as well, since their coming is a change. Without leading
 * slash, sorted; to be looked at with a stat that follows links. Those of which `isPassing` are left out.
 */
export function withAllBelow(
  host: RootFiles,
  paths: readonly string[],
  isPassing: (path: string) => boolean = () => false,
): readonly string[] {
  const seen = new Set<string>();
  const found = paths.flatMap((path) => [...below(path.replace(/^\/+/, ''))]);
  return [...new Set(found)].sort();

  function* below(path: string): Generator<string> {
    if (isPassing(path)) return;
    yield path;
    if (host.stat(path)?.type !== 'directory') return;
    const place = host.resolve(path);
    // A directory that is linked into itself ends here.
    if (seen.has(place)) return;
    seen.add(place);
    for (const name of host.list(path)) yield* below(`${path}/${name}`);
  }
}
