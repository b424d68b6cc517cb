import { fnmatch } from '../formats/fnmatch.ts';
import { posix } from 'node:path';
import type { Config } from '../model/config.ts';
import type { FirmwareIndex, HostFacts, ModuleInfo } from '../model/facts.ts';
import { describeOrigin } from '../model/origin.ts';
import type { FirmwarePlan, ModulePlan, Reasoned } from '../model/plan.ts';

const suffixes = ['', '.xz', '.zst'] as const;
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
  const chosen = new Map<string, string>();
  const missing = new Map<string, string>();
  const take = (path: string, from: string): void => {
    for (const step of chain(index, path)) if (!chosen.has(step)) chosen.set(step, from);
  };

  for (const module of modules.files) {
    for (const pattern of infos.get(module.path)?.firmware ?? []) {
      const found = matching(names, index, pattern).filter((path) => !excluded(config, path));
      for (const path of found) take(path, `firmware of ${module.name}`);
      if (found.length === 0 && !excluded(config, pattern)) {
        missing.set(pattern, `firmware of ${module.name}`);
      }
    }
  }
  for (const { value, from } of config.firmwareFiles) {
    if (value.startsWith('-')) continue;
    const found = matching(names, index, value).filter((path) => !excluded(config, path));
    for (const path of found) take(path, describeOrigin(from));
    if (found.length === 0) missing.set(value, describeOrigin(from));
  }
  return { files: reasoned(chosen, `${index.directory}/`), missing: reasoned(missing, '') };
}

// The last word of FirmwareFiles= that matches decides, as with modules; a name that none matches is taken.
function excluded(config: Config, path: string): boolean {
  const plain = path.replace(/\.(?:xz|zst)$/, '');
  const word = config.firmwareFiles.findLast(({ value }) =>
    fnmatch(value.replace(/^-/, ''), plain),
  );
  return word?.value.startsWith('-') ?? false;
}

function matching(
  names: readonly string[],
  index: FirmwareIndex,
  pattern: string,
): readonly string[] {
  if (!/[*?[]/.test(pattern)) {
    return suffixes.map((suffix) => pattern + suffix).filter((path) => reaches(index, path));
  }
  return names.filter(
    (path) =>
      fnmatch(pattern, path.replace(/\.(?:xz|zst)$/, '')) &&
      index.files.get(path)?.type !== 'directory',
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

function reasoned(found: ReadonlyMap<string, string>, prefix: string): readonly Reasoned[] {
  return [...found]
    .map(([value, from]) => ({ value: prefix + value, from }))
    .sort((a, b) => (a.value < b.value ? -1 : 1));
}
