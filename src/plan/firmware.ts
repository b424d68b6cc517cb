import { fnmatch } from '../formats/fnmatch.ts';
import { posix } from 'node:path';
import type { Config } from '../model/config.ts';
import type { FirmwareIndex, HostFacts, ModuleInfo } from '../model/facts.ts';
import type { FirmwarePlan, ModulePlan, Reasoned } from '../model/plan.ts';
import type { Reason } from '../model/reason.ts';

// The kernel's order (drivers/base/firmware_loader/main.c): a plain file in any directory before a compressed one.
const suffixes = ['', '.zst', '.xz'] as const;
const mostLinks = 16;

/**
 * Firmware that the chosen modules name in `.modinfo`, plus and minus FirmwareFiles=. Every link on the way to a file
 * comes along. What is not there is listed: a module names firmware for all devices that it drives.
 */
export function selectFirmware(
  config: Config,
  facts: HostFacts,
  modules: ModulePlan,
  infos: ReadonlyMap<string, ModuleInfo>,
): FirmwarePlan {
  const index = facts.kernel.firmware;
  const names = [...index.files.keys()];
  const places = searched(facts.kernel.version);
  const chosen = new Map<string, Reason>();
  const missing = new Map<string, Reason>();
  const take = (path: string, from: Reason): void => {
    for (const step of chain(index, path)) if (!chosen.has(step)) chosen.set(step, from);
  };

  const wanted = [
    ...modules.files.map(({ path, name }) => ({
      module: name,
      info: infos.get(path),
      isBuiltin: false,
    })),
    ...[...facts.kernel.modules.builtinInfo].map(([module, info]) => ({
      module,
      info,
      isBuiltin: true,
    })),
  ];
  for (const { module, info, isBuiltin } of wanted) {
    const from = { type: 'firmware', module, isBuiltin } as const;
    for (const pattern of info?.firmware ?? []) {
      if (excluded(config, pattern, places)) continue;
      const all = matching(names, index, pattern, places);
      const found = all.filter((path) => !excluded(config, path, places));
      for (const path of found) take(path, from);
      if (all.length === 0) missing.set(pattern, from);
    }
  }
  for (const { value, from } of config.firmwareFiles) {
    if (value.startsWith('-')) continue;
    const found = matching(names, index, value, places).filter(
      (path) => !excluded(config, path, places),
    );
    for (const path of found) take(path, from);
    if (found.length === 0) missing.set(value, from);
  }
  return { files: reasoned(chosen, `${index.directory}/`), missing: reasoned(missing, '') };
}

/** Directories below the firmware directory in which the kernel looks, in its order. */
function searched(kernelVersion: string): readonly string[] {
  return [`updates/${kernelVersion}/`, 'updates/', `${kernelVersion}/`, ''];
}

// The last word of FirmwareFiles= that matches decides, as with modules; a name that none matches is taken.
function excluded(config: Config, path: string, places: readonly string[]): boolean {
  const name = requested(path, places);
  const word = config.firmwareFiles.findLast(({ value }) => fnmatch(value.replace(/^-/, ''), name));
  return word?.value.startsWith('-') ?? false;
}

/** The name by which a driver asks for a file. */
function requested(path: string, places: readonly string[]): string {
  const place = places.find((each) => path.startsWith(each)) ?? '';
  return path.slice(place.length).replace(/\.(?:xz|zst)$/, '');
}

function matching(
  names: readonly string[],
  index: FirmwareIndex,
  pattern: string,
  places: readonly string[],
): readonly string[] {
  if (!/[*?[]/.test(pattern)) {
    const first = suffixes
      .flatMap((suffix) => places.map((place) => place + pattern + suffix))
      .find((path) => reaches(index, path));
    return first === undefined ? [] : [first];
  }
  return names.filter(
    (path) =>
      fnmatch(pattern, requested(path, places)) && index.files.get(path)?.type !== 'directory',
  );
}

function reaches(index: FirmwareIndex, path: string): boolean {
  return chain(index, path).some((step) => index.files.get(step)?.type === 'file');
}

/** The path with every link followed, directories' too: all that has to be in the image to open it. */
function chain(index: FirmwareIndex, path: string, links = 0): readonly string[] {
  if (links > mostLinks) return [];
  const parts = path.split('/');
  for (let length = 1; length <= parts.length; length += 1) {
    const prefix = parts.slice(0, length).join('/');
    const file = index.files.get(prefix);
    if (file === undefined) return [];
    if (file.type !== 'symlink') continue;
    const target = linkTarget(index, prefix, file.target);
    if (target === undefined) return [];
    const rest = parts.slice(length);
    return [prefix, ...chain(index, [target, ...rest].join('/'), links + 1)];
  }
  return index.files.get(path)?.type === 'file' ? [path] : [];
}

// Relative to the firmware directory; undefined for a link that leaves it (Debian's alternatives).
function linkTarget(index: FirmwareIndex, from: string, target: string): string | undefined {
  const base = `/${index.directory}`;
  const full = posix.resolve(posix.dirname(`${base}/${from}`), target);
  return full.startsWith(`${base}/`) ? full.slice(base.length + 1) : undefined;
}

function reasoned(found: ReadonlyMap<string, Reason>, prefix: string): readonly Reasoned[] {
  return [...found]
    .map(([value, from]) => ({ value: prefix + value, from }))
    .sort((a, b) => (a.value < b.value ? -1 : 1));
}
