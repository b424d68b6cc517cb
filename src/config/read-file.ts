import type { AbsolutePath } from '../model/brands.ts';
import { BuildError } from '../model/errors.ts';
import type { Sourced } from '../model/origin.ts';
import { isDirectory, shown, wholeOf, type Place } from './place.ts';
import type { ConfigFile } from './sources.ts';

export function readConfigFile(place: Place): ConfigFile {
  const text = place.files.readText(place.path);
  if (text === undefined) throw new BuildError(`Cannot read "${shown(place)}": not found`);
  return {
    type: 'file',
    file: shown(place),
    directory: place.files.resolve(place.path.replace(/\/[^/]*$/, '') || '/'),
    vendor: place.vendor,
    text,
  };
}

/** An `extra/` tree; an empty list where there is none. */
export function readExtraTree(place: Place): readonly Sourced<AbsolutePath>[] {
  return isDirectory(place)
    ? [{ value: place.files.resolve(place.path), from: wholeOf(place) }]
    : [];
}
