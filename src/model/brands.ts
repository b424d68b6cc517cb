import { UsageError } from './errors.ts';

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** A directory name below /usr/lib/modules, for example `6.12.48+deb13-amd64`. */
export type KernelVersion = Brand<string, 'KernelVersion'>;

/** A path from `/`, without `.` or `..` parts, on the machine that runs the build. */
export type AbsolutePath = Brand<string, 'AbsolutePath'>;

export function kernelVersion(raw: string): KernelVersion {
  if (!/^[A-Za-z0-9][A-Za-z0-9._+~:-]*$/.test(raw)) {
    throw new UsageError(
      `Cannot take "${raw}" as a kernel version`,
      'Give a directory name below /usr/lib/modules',
    );
  }
  return raw as KernelVersion;
}

export function absolutePath(raw: string): AbsolutePath {
  if (!raw.startsWith('/')) throw new UsageError(`Cannot take "${raw}" as an absolute path`);
  const parts: string[] = [];
  for (const part of raw.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}` as AbsolutePath;
}

/** A path as the user wrote it, seen from the directory that the user stands in. */
export function pathFrom(directory: string, raw: string): AbsolutePath {
  return absolutePath(raw.startsWith('/') ? raw : `${directory}/${raw}`);
}
