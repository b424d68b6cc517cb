import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Origin } from '../model/origin.ts';
import type { RootFiles } from '../model/sys.ts';

/** A configuration directory: `path` inside `files`. */
export interface Place {
  readonly files: RootFiles;
  readonly path: string;
  readonly vendor: boolean;
}

export function below(place: Place, name: string): Place {
  return { ...place, path: place.path === '/' ? `/${name}` : `${place.path}/${name}` };
}

/** As the user can open it: the path on the machine that runs the build. */
export function shown(place: Place): AbsolutePath {
  return absolutePath(`${place.files.path}/${place.path}`);
}

export function wholeOf(place: Place): Origin {
  return { type: 'file', file: shown(place), line: 0 };
}

export function isDirectory(place: Place): boolean {
  return place.files.stat(place.path)?.type === 'directory';
}

/** As in systemd: an empty file, or a link to /dev/null, takes a lower file of the same name away. */
export function isMask(place: Place): boolean {
  if (place.files.lstat(place.path)?.type === 'symlink') {
    const target = place.files.readlink(place.path) ?? '';
    if (/(^|\/)dev\/null$/.test(target)) return true;
  }
  const stat = place.files.stat(place.path);
  return stat?.type === 'file' && stat.size === 0;
}

/** Names of one kind over all places: a higher place's file replaces the lower one, masked names are gone. */
export function mergeByName(
  places: readonly Place[],
  wanted: (name: string) => boolean,
): readonly Place[] {
  const winners = new Map<string, Place>();
  for (const place of places) {
    for (const name of place.files.list(place.path)) {
      if (wanted(name)) winners.set(name, below(place, name));
    }
  }
  return [...winners]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, place]) => place)
    .filter((place) => !isMask(place));
}
