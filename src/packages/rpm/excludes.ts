import { fnmatch } from '../../formats/fnmatch.ts';
import type { IniSection } from '../../formats/ini.ts';
import type { ChosenRpm, Exclude } from './front-end.ts';

/** The patterns of dnf.conf's main section, or of a repository's, that keep packages out of dnf's sight. */
export function excludesOf(
  section: IniSection,
  file: string,
  repository: string | undefined,
): readonly Exclude[] {
  return (['exclude', 'excludepkgs', 'includepkgs'] as const).flatMap((key) => {
    const found = section.get(key);
    const patterns = (found?.text ?? '').split(/[\s,]+/).filter((word) => word !== '');
    if (found === undefined || patterns.length === 0) return [];
    const at = { type: 'file', file: `/${file}`, line: found.line } as const;
    return [{ key, patterns, repository, at }];
  });
}

/** A package, and what hides it. */
export interface HiddenRpm {
  readonly rpm: ChosenRpm;
  readonly by: Exclude;
}

/** The packages that excludes hide. */
export function asHidden(
  excludes: readonly Exclude[],
  rpms: readonly ChosenRpm[],
): readonly HiddenRpm[] {
  return rpms.flatMap((rpm) => {
    const by = hidingOf(excludes, rpm);
    return by === undefined ? [] : [{ rpm, by }];
  });
}

function hidingOf(excludes: readonly Exclude[], rpm: ChosenRpm): Exclude | undefined {
  return excludes.find(({ key, patterns, repository }) => {
    if (repository !== undefined && repository !== rpm.repository) return false;
    const isNamed = patterns.some((pattern) => namesOf(rpm).some((name) => fnmatch(pattern, name)));
    return key === 'includepkgs' ? !isNamed : isNamed;
  });
}

// The forms of dnf's "specifying packages": name, version and release, architecture, with the epoch or without.
function namesOf({ name, version, architecture }: ChosenRpm): readonly string[] {
  const [, epoch = '0', number = '', release = ''] =
    /^(?:(\d+):)?(.*)-([^-]*)$/.exec(version) ?? [];
  const versions = [number, `${number}-${release}`].flatMap((text) => [
    `${name}-${text}`,
    `${name}-${epoch}:${text}`,
  ]);
  return [name, ...versions].flatMap((text) => [text, `${text}.${architecture}`]);
}
