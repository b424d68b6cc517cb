import { readConfigFile, readExtraTree } from './read-file.ts';
import { readMkosiScripts } from './read-scripts.ts';
import { below, isDirectory, isMask, shown, type Place } from './place.ts';
import type { ConfigFile, MkosiTree, Node } from './sources.ts';

/** A configuration directory as mkosi-initrd reads it; undefined when the place has none of its files. */
export function readMkosiTree(place: Place): MkosiTree | undefined {
  const names = place.files.list(place.path).filter((name) => name.startsWith('mkosi.'));
  if (names.length === 0) return undefined;
  return {
    type: 'tree',
    gate: readOptionalFile(below(place, 'mkosi.conf')),
    nodes: readNodes(below(place, 'mkosi.conf.d')),
    extra: readExtraTree(below(place, 'mkosi.extra')),
    postinst: readMkosiScripts(place, 'mkosi.postinst'),
    finalize: readMkosiScripts(place, 'mkosi.finalize'),
    profiles: readProfiles(below(place, 'mkosi.profiles')),
    ignored: names
      .filter((name) => !understood.test(name))
      .map((name) => shown(below(place, name))),
  };
}

const understood = /^mkosi\.(conf(\.d)?|extra|profiles|(postinst|finalize)(\.chroot|\.d)?)$/;

/** In mkosi's order: files and directories by name, in one row. */
function readNodes(directory: Place): readonly Node[] {
  return directory.files
    .list(directory.path)
    .flatMap((name) => readNode(below(directory, name)) ?? []);
}

function readNode(place: Place): Node | undefined {
  if (isDirectory(place)) return readMkosiTree(place);
  return place.path.endsWith('.conf') ? readOptionalFile(place) : undefined;
}

function readProfiles(directory: Place): ReadonlyMap<string, readonly Node[]> {
  const profiles = new Map<string, Node[]>();
  for (const file of directory.files.list(directory.path)) {
    const node = readNode(below(directory, file));
    const name = file.replace(/\.conf$/, '');
    if (node) profiles.set(name, [...(profiles.get(name) ?? []), node]);
  }
  return profiles;
}

function readOptionalFile(place: Place): ConfigFile | undefined {
  const isThere = place.files.stat(place.path)?.type === 'file';
  return isThere && !isMask(place) ? readConfigFile(place) : undefined;
}
