import { UsageError } from '../model/errors.ts';
import type { Script } from '../model/config.ts';
import type { Sourced } from '../model/origin.ts';
import { below, isDirectory, isMask, mergeByName, shown, wholeOf, type Place } from './place.ts';

/** The executables of `postinst.d/` or `finalize.d/` in all places, sorted by name. */
export function readScriptDirectories(
  places: readonly Place[],
  name: string,
): readonly Sourced<Script>[] {
  const directories = places.map((place) => below(place, name)).filter(isDirectory);
  return mergeByName(directories, isScriptName).map(toScript);
}

/** mkosi's `mkosi.postinst`, `mkosi.postinst.chroot` and `mkosi.postinst.d/*`, where they are. */
export function readMkosiScripts(place: Place, name: string): readonly Sourced<Script>[] {
  const single = [below(place, name), below(place, `${name}.chroot`)]
    .filter((script) => script.files.stat(script.path) !== undefined && !isMask(script))
    .map(toScript);
  return [...single, ...readScriptDirectories([place], `${name}.d`)];
}

function toScript(place: Place): Sourced<Script> {
  const stat = place.files.stat(place.path);
  if (stat?.type !== 'file') {
    throw new UsageError(`Cannot run "${shown(place)}": not a file`);
  }
  if ((stat.mode & 0o111) === 0) {
    throw new UsageError(
      `Cannot run "${shown(place)}": not executable`,
      `Run "chmod +x ${shown(place)}"`,
    );
  }
  const path = place.files.resolve(place.path);
  return { value: { path, insideRoot: place.path.endsWith('.chroot') }, from: wholeOf(place) };
}

/** Files that editors and package managers leave beside a script. */
function isScriptName(name: string): boolean {
  return (
    !name.startsWith('.') && !/(~|\.rpm(new|save|orig)|\.dpkg-\w+|\.pac(new|save))$/.test(name)
  );
}
