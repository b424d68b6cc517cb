import { kernelVersion, pathFrom, type AbsolutePath } from '../model/brands.ts';
import type { Assignment } from '../model/config.ts';
import { UsageError } from '../model/errors.ts';
import type { ImageRequest } from '../model/invocation.ts';
import { buildFlags, settingFlags, type Flag, type SettingFlag } from './flags.ts';
import { isSet, last, type Given } from './parse-flags.ts';

/** The flags of every verb that speaks of an image. */
export function imageFlags(settings: readonly SettingFlag[]): readonly Flag[] {
  return [...buildFlags, ...settingFlags(settings)];
}

/** Which image the flags ask for. */
export function imageRequest(
  given: Given,
  cwd: string,
  settings: readonly SettingFlag[],
): ImageRequest {
  const version = last(given, 'kernel-version');
  return {
    kernelVersion: version === undefined ? undefined : kernelVersion(version),
    hostRoot: optionalPath(last(given, 'host-root'), cwd) ?? pathFrom(cwd, '/'),
    kernelRoot: optionalPath(last(given, 'kernel-root'), cwd),
    loadedModulesFile: optionalPath(last(given, 'loaded-modules'), cwd),
    generic: isSet(given, 'generic'),
    offline: isSet(given, 'offline'),
    assignments: [
      ...settings.flatMap((setting) =>
        (setting.flag === null ? [] : (given.get(setting.flag) ?? [])).map((value) =>
          toAssignment(setting, value, cwd),
        ),
      ),
      ...(isSet(given, 'no-cache') ? [noCache] : []),
    ],
    profiles: (given.get('profile') ?? []).flatMap((names) => words(names)),
  };
}

const noCache: Assignment = {
  section: 'Output',
  key: 'Cache',
  value: 'no',
  from: { type: 'flag', flag: '--no-cache' },
};

export function optionalPath(raw: string | undefined, cwd: string): AbsolutePath | undefined {
  return raw === undefined ? undefined : pathFrom(cwd, raw);
}

function toAssignment(setting: SettingFlag, value: string, cwd: string): Assignment {
  const hasPaths = setting.type === 'trees' || setting.type === 'scripts';
  return {
    section: setting.section,
    key: setting.key,
    value: hasPaths
      ? words(value)
          .map((word) => listedPath(cwd, word))
          .join('\n')
      : value,
    from: { type: 'flag', flag: `--${setting.flag ?? setting.key}` },
  };
}

/** Lists are split at white space and commas, so that no path in one has either. */
function listedPath(cwd: string, word: string): string {
  const colon = word.indexOf(':');
  const source = pathFrom(cwd, colon < 0 ? word : word.slice(0, colon));
  if (/[\s,:]/.test(source)) {
    throw new UsageError(`Cannot take "${source}" in a list: it has white space, "," or ":" in it`);
  }
  return colon < 0 ? source : `${source}${word.slice(colon)}`;
}

function words(value: string): readonly string[] {
  return value.split(/[\s,]+/).filter((word) => word !== '');
}
