// The units of the image, found and put together as systemd does (systemd.unit(5)).
import { parseUnit, unitList, type UnitSetting } from '../formats/unit.ts';
import { isNullDevice, keptBytes, type ImageFiles } from './file-facts.ts';

export type Unit =
  | { readonly type: 'missing' }
  /** A link to /dev/null or an empty file. */
  | { readonly type: 'masked'; readonly path: string }
  | LoadedUnit;

export interface LoadedUnit {
  readonly type: 'loaded';
  /** In the image, links followed. */
  readonly path: string;
  /** The settings of the unit and its drop-ins. */
  readonly settings: readonly UnitSetting[];
}

/** The units and programs that one unit asks for. */
export type Dependency = (typeof dependencies)[number];

export function findUnit(files: ImageFiles, name: string): Unit {
  for (const candidate of [name, templateOf(name)]) {
    if (candidate === undefined) continue;
    for (const directory of directories) {
      const place = placeOf(files, `${directory}/${candidate}`);
      if (place.type === 'missing') continue;
      if (place.type === 'masked') return place;
      const settings = [place.path, ...dropIns(files, name, place.path)].flatMap((path) =>
        parseUnit(keptBytes(files, path)?.toString() ?? ''),
      );
      return { type: 'loaded', path: place.path, settings };
    }
  }
  return { type: 'missing' };
}

/** Names of other units, by a setting or by a link in a directory. */
export function dependenciesOf(
  files: ImageFiles,
  name: string,
  unit: LoadedUnit,
  dependency: Dependency,
): readonly string[] {
  const named = unitList(unit.settings, 'Unit', dependency).flatMap((value) => value.split(/\s+/));
  // Sockets= implies Wants= (systemd.service(5)).
  if (dependency === 'Wants') {
    for (const value of unitList(unit.settings, 'Service', 'Sockets'))
      named.push(...value.split(/\s+/));
  }
  if (dependency === 'Requires' && requiresSysinit(name, unit)) named.push('sysinit.target');
  const suffix = linkDirectories[dependency];
  if (suffix === undefined) return named;
  return [...named, ...linkedNames(files, name, unit.path, suffix)];
}

/** As with drop-ins the first directory counts; a link there that leads to /dev/null takes the dependency away. */
function linkedNames(
  files: ImageFiles,
  name: string,
  path: string,
  suffix: string,
): readonly string[] {
  const isMasked = new Map<string, boolean>();
  for (const directory of directories) {
    for (const own of namesOf(name, path)) {
      const folder = `${directory}/${own}.${suffix}`;
      for (const link of files.list(folder)) {
        if (isMasked.has(link)) continue;
        isMasked.set(link, placeOf(files, `${folder}/${link}`).type === 'masked');
      }
    }
  }
  return [...isMasked].flatMap(([link, masked]) => (masked ? [] : [link]));
}

/** The last setting of the section [Unit] counts. */
export function isYes({ settings }: LoadedUnit, key: string): boolean {
  return /^(?:1|yes|y|true|t|on)$/i.test(lastOf(settings, key) ?? '');
}

// DefaultDependencies= of systemd.service(5), systemd.socket(5), systemd.timer(5) and systemd.path(5).
function requiresSysinit(name: string, { settings }: LoadedUnit): boolean {
  if (!/\.(?:service|socket|timer|path)$/.test(name)) return false;
  return !/^(?:0|no|n|false|f|off)$/i.test(lastOf(settings, 'DefaultDependencies') ?? '');
}

function lastOf(settings: readonly UnitSetting[], wanted: string): string | undefined {
  return settings.findLast(({ section, key }) => section === 'Unit' && key === wanted)?.value;
}

const directories = [
  '/etc/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];

const dependencies = ['Requires', 'Requisite', 'BindsTo', 'Wants', 'Upholds', 'OnSuccess'] as const;

/** True where a socket has something to listen on, which systemd refuses it without. */
export function listens({ settings }: LoadedUnit): boolean {
  return settings.some(({ section, key }) => section === 'Socket' && key.startsWith('Listen'));
}

const linkDirectories: Readonly<Partial<Record<Dependency, string>>> = {
  Requires: 'requires',
  Wants: 'wants',
  Upholds: 'upholds',
};

type Place =
  | { readonly type: 'missing' }
  | { readonly type: 'masked'; readonly path: string }
  | { readonly type: 'file'; readonly path: string };

function placeOf(files: ImageFiles, path: string): Place {
  const found = files.lookup(path);
  if (isNullDevice(found)) return { type: 'masked', path: path.slice(1) };
  if (found.type !== 'found' || found.node.type !== 'file') return { type: 'missing' };
  const bytes = keptBytes(files, found.path);
  const isEmpty = bytes !== undefined && bytes.length === 0;
  return { type: isEmpty ? 'masked' : 'file', path: found.path };
}

/** A unit that is a link to another has that one's names too. */
function namesOf(name: string, path: string): readonly string[] {
  const real = path.slice(path.lastIndexOf('/') + 1);
  return [...new Set([name, real])];
}

function templateOf(name: string): string | undefined {
  const found = /^([^@]+@)[^@]+(\.[a-z]+)$/.exec(name);
  return found === null ? undefined : `${found[1]}${found[2]}`;
}

/** The one in the first directory stands for all of its name; then they count in the order of their names. */
function dropIns(files: ImageFiles, name: string, path: string): readonly string[] {
  const folders = [...new Set(namesOf(name, path).flatMap(dropInFolders))];
  const byName = new Map<string, Place>();
  for (const directory of directories) {
    for (const folder of folders) {
      const place = `${directory}/${folder}`;
      for (const file of files.list(place)) {
        if (!file.endsWith('.conf') || byName.has(file)) continue;
        byName.set(file, placeOf(files, `${place}/${file}`));
      }
    }
  }
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, place]) => (place.type === 'file' ? [place.path] : []));
}

/** `a-b.service.d`, `a-.service.d`, `service.d`. */
function dropInFolders(name: string): readonly string[] {
  const dot = name.lastIndexOf('.');
  const [stem, type] = [name.slice(0, dot), name.slice(dot + 1)];
  const prefixes = [...stem.matchAll(/-/g)].map(({ index }) => stem.slice(0, index + 1));
  return [...[stem, ...prefixes.toReversed()].map((each) => `${each}.${type}.d`), `${type}.d`];
}
