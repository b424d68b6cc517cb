import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Sys } from '../model/sys.ts';
import { readConfigFile, readExtraTree } from './read-file.ts';
import { readMkosiTree } from './read-mkosi.ts';
import { readScriptDirectories } from './read-scripts.ts';
import { below, isDirectory, mergeByName, type Place } from './place.ts';
import type { Layer, Node, Sources } from './sources.ts';

/** Below the host root, lowest priority first. */
const hostDirectories = [
  '/usr/lib/pkginitrd',
  '/usr/local/lib/pkginitrd',
  '/run/pkginitrd',
  '/etc/pkginitrd',
] as const;

/** Reads every drop-in, profile, tree and script there is; nothing is selected yet. */
export function readSources(
  sys: Pick<Sys, 'root'>,
  options: { readonly hostRoot: AbsolutePath; readonly vendorDirectory: AbsolutePath },
): Sources {
  const places = findPlaces(sys, options);
  const profiles = new Map<string, Layer>();
  for (const name of profileNames(places)) {
    profiles.set(
      name,
      readLayer(places.map((place) => below(below(place, 'profiles'), name)).filter(isDirectory)),
    );
  }
  return { base: readLayer(places), profiles };
}

function findPlaces(
  sys: Pick<Sys, 'root'>,
  options: { readonly hostRoot: AbsolutePath; readonly vendorDirectory: AbsolutePath },
): readonly Place[] {
  const vendor = { files: sys.root(options.vendorDirectory), path: '/', vendor: true };
  const places: Place[] = [vendor];
  const seen = new Set<string>([sys.root(absolutePath('/')).resolve(options.vendorDirectory)]);
  const host = sys.root(options.hostRoot);
  for (const path of hostDirectories) {
    const place = { files: host, path, vendor: false };
    if (!isDirectory(place)) continue;
    // An installed tool's own drop-ins are /usr/lib/pkginitrd.
    const real = host.resolve(path);
    if (seen.has(real)) continue;
    seen.add(real);
    places.push(place);
  }
  return places;
}

function profileNames(places: readonly Place[]): readonly string[] {
  const names = new Set<string>();
  for (const place of places.map((each) => below(each, 'profiles'))) {
    for (const name of place.files.list(place.path)) {
      if (isDirectory(below(place, name))) names.add(name);
    }
  }
  return [...names].sort();
}

function readLayer(places: readonly Place[]): Layer {
  const own = mergeByName(places, (name) => name.endsWith('.conf') && !name.startsWith('mkosi.'));
  const trees = places.flatMap((place) => readMkosiTree(place) ?? []);
  return {
    nodes: placeTrees(own, trees),
    extra: places.flatMap((place) => readExtraTree(below(place, 'extra'))),
    postinst: readScriptDirectories(places, 'postinst.d'),
    finalize: readScriptDirectories(places, 'finalize.d'),
  };
}

/** A tree in mkosi's form stands among the drop-ins where its `mkosi.conf` sorts. */
function placeTrees(own: readonly Place[], trees: readonly Node[]): readonly Node[] {
  const isBefore = (place: Place): boolean => baseName(place.path) < 'mkosi.conf';
  return [
    ...own.filter(isBefore).map(readConfigFile),
    ...trees,
    ...own.filter((place) => !isBefore(place)).map(readConfigFile),
  ];
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
